"""Chapter 9's ProGAN and StyleGAN in plain PyTorch, grown to 32 x 32 pixels, timed step by step; `torch_peer.py` has the
command line."""

import math

import torch
from torch import nn
from torch.nn import functional

import peer
from gan_torch import Gan, downsample, upsample

BATCH = 16
CHANNELS = [128, 96, 64, 32]  # at 4 x 4, 8 x 8, 16 x 16 and 32 x 32
Z = 128
GAIN = math.sqrt(2)
GROUP = 4
GRADIENT_WEIGHT, DRIFT, R1_GAMMA = 10, 1e-3, 10
MAPPING_LAYERS, MAPPING_RATE, CROSSOVER = 8, 0.01, 4


class EqualConv(nn.Module):
    """A convolution with an equalized learning rate."""

    def __init__(self, inputs, outputs, size, gain=GAIN):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale, self.padding = gain / math.sqrt(inputs * size**2), size // 2

    def forward(self, x):
        return functional.conv2d(x, self.weight * self.scale, self.bias, padding=self.padding)


class EqualLinear(nn.Module):
    """The same for a dense layer, which may learn slower than others."""

    def __init__(self, inputs, outputs, gain=GAIN, rate=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale, self.rate = gain / math.sqrt(inputs) * rate, rate

    def forward(self, x):
        return functional.linear(x, self.weight * self.scale, self.bias * self.rate)


def leaky_relu(x):
    return functional.leaky_relu(x, 0.2)


def pixel_norm(x):
    return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


def blur(x):
    """1 2 1 in both directions, over 16."""
    row = torch.tensor([0.25, 0.5, 0.25], device=x.device)
    channels = x.shape[1]
    return functional.conv2d(x, torch.outer(row, row).expand(channels, 1, 3, 3), padding=1, groups=channels)


def minibatch_stddev(x):
    n, c, height, width = x.shape
    groups = x.reshape(GROUP, n // GROUP, c, height, width)
    deviation = (groups.var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3)).reshape(-1, 1, 1, 1)
    return torch.cat([x, deviation.repeat(GROUP, 1, height, width)], 1)


class Discriminator(nn.Module):
    """Layers from RGB of the smaller sides are there, as in a net that grew."""

    def __init__(self, blurs):
        super().__init__()
        self.blurs, first = blurs, CHANNELS[0]
        self.from_rgb = nn.ModuleList(EqualConv(3, channels, 1) for channels in CHANNELS)
        self.blocks = nn.ModuleList(
            nn.ModuleList([EqualConv(larger, larger, 3), EqualConv(larger, smaller, 3)])
            for larger, smaller in zip(CHANNELS[::-1], CHANNELS[-2::-1])
        )
        self.conv = EqualConv(first + 1, first, 3)
        self.dense, self.score = EqualLinear(16 * first, first), EqualLinear(first, 1, gain=1.0)

    def forward(self, images):
        x = leaky_relu(self.from_rgb[-1](images))
        for conv_0, conv_1 in self.blocks:
            x = leaky_relu(conv_0(x))
            x = blur(x) if self.blurs else x
            x = downsample(leaky_relu(conv_1(x)))
        x = leaky_relu(self.conv(minibatch_stddev(x)))
        return self.score(leaky_relu(self.dense(x.flatten(1))))


class Generator(nn.Module):
    """ProGAN's."""

    def __init__(self):
        super().__init__()
        first = CHANNELS[0]
        self.start, self.conv = EqualLinear(Z, 16 * first, GAIN / 4), EqualConv(first, first, 3)
        self.blocks = nn.ModuleList(
            nn.ModuleList([EqualConv(before, channels, 3), EqualConv(channels, channels, 3)])
            for before, channels in zip(CHANNELS, CHANNELS[1:])
        )
        self.to_rgb = nn.ModuleList(EqualConv(channels, 3, 1, gain=1.0) for channels in CHANNELS)

    def forward(self, z):
        x = self.start(pixel_norm(z)).unflatten(1, (-1, 4, 4))
        x = pixel_norm(leaky_relu(x))
        x = pixel_norm(leaky_relu(self.conv(x)))
        for block in self.blocks:
            x = upsample(x)
            for conv in block:
                x = pixel_norm(leaky_relu(conv(x)))
        return self.to_rgb[-1](x)


class StyledLayer(nn.Module):
    """Noise, LeakyReLU, and a style by adaptive instance normalization."""

    def __init__(self, channels):
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(channels, 1, 1))
        self.style = EqualLinear(Z, 2 * channels, gain=1.0)

    def forward(self, x, w):
        n, _, height, width = x.shape
        x = leaky_relu(x + torch.randn(n, 1, height, width, device=x.device) * self.strength)
        scale, bias = self.style(w)[:, :, None, None].chunk(2, 1)
        return functional.instance_norm(x, eps=1e-8) * (1 + scale) + bias


class StyleBlock(nn.Module):
    """The layers of a side. At 4 x 4 there is no first convolution."""

    def __init__(self, before, channels):
        super().__init__()
        self.conv_0 = None if before is None else EqualConv(before, channels, 3)
        self.conv_1 = EqualConv(channels, channels, 3)
        self.style_0, self.style_1 = StyledLayer(channels), StyledLayer(channels)

    def forward(self, x, w_0, w_1):
        if self.conv_0 is not None:
            x = blur(self.conv_0(upsample(x)))
        return self.style_1(self.conv_1(self.style_0(x, w_0)), w_1)


class StyleGenerator(nn.Module):
    """StyleGAN's, which mixes the styles of two latent points."""

    def __init__(self):
        super().__init__()
        self.mapping = nn.ModuleList(EqualLinear(Z, Z, rate=MAPPING_RATE) for _ in range(MAPPING_LAYERS))
        self.constant = nn.Parameter(torch.ones(1, CHANNELS[0], 4, 4))
        self.blocks = nn.ModuleList(map(StyleBlock, [None, *CHANNELS], CHANNELS))
        self.to_rgb = nn.ModuleList(EqualConv(channels, 3, 1, gain=1.0) for channels in CHANNELS)

    def w(self, z):
        x = pixel_norm(z)
        for layer in self.mapping:
            x = leaky_relu(layer(x))
        return x

    def forward(self, z, other):
        layers = 2 * len(CHANNELS)
        styles = [self.w(z)] * CROSSOVER + [self.w(other)] * (layers - CROSSOVER)
        x = self.constant.expand(len(z), -1, -1, -1)
        for i, block in enumerate(self.blocks):
            x = block(x, styles[2 * i], styles[2 * i + 1])
        return self.to_rgb[-1](x)


class ProGanLoss(nn.Module):
    """The loss of WGAN-GP with drift. A module, so that torch.compile sees the gradient within what it compiles."""

    def __init__(self, discriminator):
        super().__init__()
        self.discriminator = discriminator

    def forward(self, real, fakes, between):
        (gradients,) = torch.autograd.grad(self.discriminator(between).sum(), between, create_graph=True)
        penalty = (gradients.square().sum((1, 2, 3)).sqrt() - 1).square().mean()
        scores = self.discriminator(real)
        loss = self.discriminator(fakes).mean() - scores.mean()
        return loss + GRADIENT_WEIGHT * penalty + DRIFT * scores.square().mean()


class StyleGanLoss(nn.Module):
    """The non-saturating loss with R1; `real` requires a gradient."""

    def __init__(self, discriminator):
        super().__init__()
        self.discriminator = discriminator

    def forward(self, real, fakes):
        scores = self.discriminator(real)
        (gradients,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
        r1 = gradients.square().sum((1, 2, 3)).mean()
        loss = functional.softplus(-scores).mean() + functional.softplus(self.discriminator(fakes)).mean()
        return loss + R1_GAMMA / 2 * r1


def gan(generator, blurs, parameters, device):
    options = dict(rates=[1e-3, 1e-3], betas=(0.0, 0.99), device=device, decay=0.999)
    return Gan(Discriminator(blurs), generator, batch=BATCH, parameters=parameters, **options)


def noise(device):
    return torch.randn(BATCH, Z, device=device)


def progan(device):
    """One iteration: discriminator and generator."""
    model = gan(Generator(), False, [726_241, 726_476], device)
    discriminator_loss = peer.module(ProGanLoss(model.discriminator), device)

    def step():
        fakes = model.fakes(noise(device))
        between = torch.lerp(fakes, model.real, torch.rand(BATCH, 1, 1, 1, device=device)).requires_grad_()
        model.discriminator_step(discriminator_loss(model.real, fakes, between))
        return model.generator_step(lambda images: -model.discriminator(images).mean(), noise(device))

    return step


def stylegan(device):
    """One iteration, with R1."""
    model = gan(StyleGenerator(), True, [726_241, 762_188], device)
    discriminator_loss = peer.module(StyleGanLoss(model.discriminator), device)

    def loss_of(images):
        return functional.softplus(-model.discriminator(images)).mean()

    def step():
        fakes = model.fakes(noise(device), noise(device))
        model.discriminator_step(discriminator_loss(model.real.detach().requires_grad_(), fakes))
        return model.generator_step(loss_of, noise(device), noise(device))

    return step


PEERS = {"progan": peer.Peer(progan, BATCH, warm_up=3), "stylegan": peer.Peer(stylegan, BATCH, warm_up=3)}
