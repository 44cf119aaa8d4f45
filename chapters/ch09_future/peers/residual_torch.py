"""Chapter 9's SAGAN and BigGAN for 32 x 32 pixels in plain PyTorch, timed step by step; `torch_peer.py` has the command
line."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

import peer
from gan_torch import Gan, downsample, upsample

BATCH = 16
CLASSES = 10
GENERATOR = [96, 64, 48, 32]  # channels at 4 x 4, 8 x 8, 16 x 16 and 32 x 32
DISCRIMINATOR = [32, 48, 64, 64]  # after its blocks
ATTENTION_SIDE = 16
SAGAN_Z = 128
Z_PART, EMBEDDING = 20, 32
ORTHOGONALITY = 1e-4


def conv(inputs, outputs, size, bias=True):
    return spectral_norm(nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=bias))


class Attention(nn.Module):
    """Each place of an image looks at all others."""

    def __init__(self, channels):
        super().__init__()
        fewer = channels // 8
        self.query, self.key, self.value = (conv(channels, fewer, 1, bias=False) for _ in range(3))
        self.output = conv(fewer, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        query, key, value = (part(x).flatten(2) for part in (self.query, self.key, self.value))
        weights = (query.transpose(1, 2) @ key).softmax(-1)
        seen = (value @ weights.transpose(1, 2)).unflatten(2, x.shape[2:])
        return x + self.gamma * self.output(seen)


class ConditionalNorm(nn.Module):
    """Batch normalization whose scale and bias depend on a condition."""

    def __init__(self, condition, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain, self.bias = (spectral_norm(nn.Linear(condition, channels, bias=False)) for _ in range(2))

    def forward(self, x, condition):
        gain, bias = (part(condition)[:, :, None, None] for part in (self.gain, self.bias))
        return self.norm(x) * (1 + gain) + bias


class GeneratorBlock(nn.Module):
    """Doubles the image's side."""

    def __init__(self, inputs, outputs, condition):
        super().__init__()
        self.norm_0, self.norm_1 = ConditionalNorm(condition, inputs), ConditionalNorm(condition, outputs)
        self.conv_0, self.conv_1 = conv(inputs, outputs, 3), conv(outputs, outputs, 3)
        self.shortcut = conv(inputs, outputs, 1)

    def forward(self, x, condition):
        inner = self.conv_0(upsample(self.norm_0(x, condition).relu()))
        inner = self.conv_1(self.norm_1(inner, condition).relu())
        return inner + self.shortcut(upsample(x))


class ResidualGenerator(nn.Module):
    """A vector and a condition for each block -> images."""

    def __init__(self, values, condition):
        super().__init__()
        self.start = spectral_norm(nn.Linear(values, 16 * GENERATOR[0]))
        pairs = zip(GENERATOR, GENERATOR[1:])
        self.blocks = nn.ModuleList(GeneratorBlock(inputs, outputs, condition) for inputs, outputs in pairs)
        self.attention = Attention(GENERATOR[2])
        self.norm, self.to_image = nn.BatchNorm2d(GENERATOR[-1]), conv(GENERATOR[-1], 3, 3)

    def forward(self, vector, conditions):
        x = self.start(vector).unflatten(1, (-1, 4, 4))
        for block, condition in zip(self.blocks, conditions):
            x = block(x, condition)
            if x.shape[2] == ATTENTION_SIDE:
                x = self.attention(x)
        return self.to_image(self.norm(x).relu()).tanh()


class SaganGenerator(nn.Module):
    """The condition of all blocks is the class."""

    def __init__(self):
        super().__init__()
        self.net = ResidualGenerator(SAGAN_Z, CLASSES)

    def forward(self, z, classes):
        return self.net(z, [functional.one_hot(classes, CLASSES).float()] * len(self.net.blocks))


class BigGanGenerator(nn.Module):
    """The condition of a block is an embedding of the class, beside a part of the latent point."""

    def __init__(self):
        super().__init__()
        self.net = ResidualGenerator(Z_PART, EMBEDDING + Z_PART)
        self.classes = nn.Embedding(CLASSES, EMBEDDING)

    def forward(self, z, classes):
        first, *parts = z.split(Z_PART, 1)
        of_class = self.classes(classes)
        return self.net(first, [torch.cat([of_class, part], 1) for part in parts])


class DiscriminatorBlock(nn.Module):
    """Halves the image, unless it is the last one."""

    def __init__(self, inputs, outputs, is_first, halves):
        super().__init__()
        self.is_first, self.halves = is_first, halves
        self.conv_0, self.conv_1 = conv(inputs, outputs, 3), conv(outputs, outputs, 3)
        self.shortcut = conv(inputs, outputs, 1) if halves or inputs != outputs else nn.Identity()

    def forward(self, x):
        if self.is_first:
            return downsample(self.conv_1(self.conv_0(x).relu())) + self.shortcut(downsample(x))
        x = self.conv_1(self.conv_0(x.relu()).relu()) + self.shortcut(x)
        return downsample(x) if self.halves else x


class Discriminator(nn.Module):
    """Images and their classes -> scores, by projection."""

    def __init__(self):
        super().__init__()
        last, inputs = len(DISCRIMINATOR) - 1, [3, *DISCRIMINATOR]
        self.blocks = nn.ModuleList(
            DiscriminatorBlock(inputs[i], channels, i == 0, i < last) for i, channels in enumerate(DISCRIMINATOR)
        )
        self.attention = Attention(DISCRIMINATOR[0])
        self.score = spectral_norm(nn.Linear(DISCRIMINATOR[-1], 1))
        self.classes = spectral_norm(nn.Embedding(CLASSES, DISCRIMINATOR[-1]))

    def forward(self, images, classes):
        x = images
        for block in self.blocks:
            x = block(x)
            if x.shape[2] == ATTENTION_SIDE:
                x = self.attention(x)
        x = x.relu().sum((2, 3))
        return self.score(x).squeeze(1) + (self.classes(classes) * x).sum(1)


def orthogonality(generator):
    """The orthogonal regularization: products of different rows of all weight matrices."""
    total = 0
    for name, weight in generator.named_parameters():
        if name.endswith("original"):
            matrix = weight.flatten(1)
            others = 1 - torch.eye(len(matrix), device=matrix.device)
            total = total + (matrix @ matrix.T * others).square().sum()
    return total


def training(model, z_dim, device, regularization=lambda: 0):
    """An iteration on the hinge loss: discriminator and generator."""
    of_real = torch.randint(CLASSES, (BATCH,), device=device)

    def inputs():
        return torch.randn(BATCH, z_dim, device=device), torch.randint(CLASSES, (BATCH,), device=device)

    def step():
        z, classes = inputs()
        images = torch.cat([model.real, model.fakes(z, classes)])
        real, fake = model.discriminator(images, torch.cat([of_real, classes])).chunk(2)
        model.discriminator_step((1 - real).relu().mean() + (1 + fake).relu().mean())
        z, classes = inputs()

        def loss_of(images):
            return -model.discriminator(images, classes).mean() + regularization()

        return model.generator_step(loss_of, z, classes)

    return step


def sagan(device):
    """One step of each net."""
    options = dict(rates=[4e-4, 1e-4], betas=(0.0, 0.9), device=device)
    model = Gan(Discriminator(), SaganGenerator(), batch=BATCH, parameters=[189_362, 382_036], **options)
    return training(model, SAGAN_Z, device)


def biggan(device):
    """One step of each net, with orthogonal regularization and the moving average of the generator."""
    options = dict(rates=[2e-4, 5e-5], betas=(0.0, 0.999), device=device, decay=0.9999)
    model = Gan(Discriminator(), BigGanGenerator(), batch=BATCH, parameters=[189_362, 246_036], **options)
    z_dim = Z_PART * len(GENERATOR)
    return training(model, z_dim, device, lambda: ORTHOGONALITY * orthogonality(model.plain_generator))


PEERS = {"sagan": peer.Peer(sagan, BATCH, warm_up=3), "biggan": peer.Peer(biggan, BATCH, warm_up=3)}
