"""Chapter 5's models in plain PyTorch, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model cyclegan_apples --steps 10

Eager mode, or torch.compile with `--compile`, and default threads. The nets and their training are written as in the
best-known CycleGAN for PyTorch, the authors' own: translated images serve the generators' step and, detached, the
discriminators'; frozen discriminators get no gradients. Layers, instance normalization, losses and the order of the steps
are the book's.
"""

import random
import sys
from collections import deque
from itertools import chain
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer
import style_torch

RESIDUAL_BLOCKS = 9
BUFFER_MAX_LENGTH = 50

torch.manual_seed(0)


class InstanceNorm(nn.Module):
    """keras_contrib's: epsilon is added to the standard deviation, not to the variance as in `nn.InstanceNorm2d`."""

    def forward(self, x):
        deviation, mean = torch.std_mean(x, dim=(2, 3), correction=0, keepdim=True)
        return (x - mean) / (deviation + 1e-3)


class SameConv(nn.Conv2d):
    """Keras' `same` for a kernel of 4 or 3: what is odd about the border is below and on the right."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__(inputs, outputs, kernel, stride)
        before, after = (kernel - stride) // 2, (kernel - stride + 1) // 2
        self.border = None if before == after else (before, after, before, after)
        if self.border is None:
            self.padding = (before, before)

    def forward(self, x):
        return super().forward(nn.functional.pad(x, self.border) if self.border else x)


class Unet(nn.Module):
    """Pages 168-170."""

    def __init__(self, channels, filters):
        super().__init__()
        sizes = [filters, filters * 2, filters * 4, filters * 8]

        def block(inputs, outputs, stride):
            return [SameConv(inputs, outputs, 4, stride), InstanceNorm(), nn.ReLU(True)]

        down = zip([channels, *sizes], sizes)
        self.down = nn.ModuleList(nn.Sequential(*block(inputs, outputs, 2)) for inputs, outputs in down)
        up = zip([sizes[3], sizes[2] * 2, sizes[1] * 2], sizes[2::-1])
        self.up = nn.ModuleList(nn.Sequential(nn.Upsample(scale_factor=2), *block(*both, 1)) for both in up)
        self.output = nn.Sequential(nn.Upsample(scale_factor=2), SameConv(sizes[0] * 2, channels, 4), nn.Tanh())

    def forward(self, x):
        skips = []
        for layer in self.down:
            x = layer(x)
            skips.append(x)
        for layer, skip in zip(self.up, skips[2::-1]):
            x = torch.cat([layer(x), skip], dim=1)
        return self.output(x)


class Residual(nn.Module):
    def __init__(self, filters):
        super().__init__()

        def part():
            return [nn.ReflectionPad2d(1), nn.Conv2d(filters, filters, 3), InstanceNorm()]

        self.block = nn.Sequential(*part(), nn.ReLU(True), *part())

    def forward(self, x):
        return x + self.block(x)


class UpConv(nn.ConvTranspose2d):
    """Keras' transposed convolution of stride 2 and kernel 3, `same`.

    It is the gradient of a convolution whose border is below and on the right.
    """

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs, 3, 2)

    def forward(self, x):
        return super().forward(x)[..., :-1, :-1]


def resnet(channels, filters):
    """Pages 182-184."""

    def block(convolution):
        return [convolution, InstanceNorm(), nn.ReLU(True)]

    return nn.Sequential(
        nn.ReflectionPad2d(3),
        *block(nn.Conv2d(channels, filters, 7)),
        *block(SameConv(filters, filters * 2, 3, 2)),
        *block(SameConv(filters * 2, filters * 4, 3, 2)),
        *(Residual(filters * 4) for _ in range(RESIDUAL_BLOCKS)),
        *block(UpConv(filters * 4, filters * 2)),
        *block(UpConv(filters * 2, filters)),
        nn.ReflectionPad2d(3),
        nn.Conv2d(filters, channels, 7),
        nn.Tanh(),
    )


def discriminator(channels, filters):
    """Pages 171-172: a score for each patch of the image."""
    net = [SameConv(channels, filters, 4, 2), nn.LeakyReLU(0.2, True)]
    for i, stride in enumerate([2, 2, 1]):
        inputs = filters * 2**i
        net += [SameConv(inputs, inputs * 2, 4, stride), InstanceNorm(), nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*net, SameConv(filters * 8, 1, 4))


def fill(net, start):
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            start(module.weight)
            nn.init.zeros_(module.bias)


def normal_start(weight):
    nn.init.normal_(weight, 0, 0.02)


def frozen(nets, yes):
    for net in nets:
        net.requires_grad_(not yes)


class CycleGan:
    """The four nets with their optimizers, an image of each domain, and the buffers of fakes."""

    def __init__(self, generators, discriminators, start, size, id_weight, parameters, device):
        # Channels last on a CPU: faster for both models.
        order = torch.channels_last if torch.device(device).type == "cpu" else torch.contiguous_format
        nets = [peer.module(net, device, memory_format=order) for net in (*generators, *discriminators)]
        self.g_AB, self.g_BA, self.d_A, self.d_B = nets
        counts = [peer.parameters(net) for net in nets]
        assert counts == parameters, counts
        for net in generators:
            fill(net, start)
        for net in discriminators:
            fill(net, normal_start)
        self.generators = adam(chain(self.g_AB.parameters(), self.g_BA.parameters()))
        self.optimizers = {net: adam(net.parameters()) for net in (self.d_A, self.d_B)}
        self.id_weight = id_weight
        self.imgs_A, self.imgs_B = (
            (torch.rand(1, 3, size, size, device=device) * 2 - 1).contiguous(memory_format=order) for _ in range(2)
        )
        self.buffer_A, self.buffer_B = deque(maxlen=BUFFER_MAX_LENGTH), deque(maxlen=BUFFER_MAX_LENGTH)

    def train_discriminator(self, net, imgs, buffer, fakes):
        """A step on real images, then one on fakes from the buffer (p. 176): losses and accuracies."""
        buffer.append(fakes.detach())
        read = []
        for images, label in [(imgs, 1.0), (random.choice(buffer), 0.0)]:
            scores = net(images)
            loss = nn.functional.mse_loss(scores, torch.full_like(scores, label))
            peer.descend(self.optimizers[net], loss)
            read += [loss.detach(), ((scores > 0.5) == (label > 0.5)).float().mean()]
        return read

    def train_generators(self, fake_A, fake_B):
        """A step of both on the weighted sum of six losses (p. 175): the sum, and each of them."""
        l1 = nn.functional.l1_loss
        valid_A, valid_B = self.d_A(fake_A), self.d_B(fake_B)
        validity = [nn.functional.mse_loss(scores, torch.ones_like(scores)) for scores in (valid_A, valid_B)]
        reconstr = [l1(self.g_BA(fake_B), self.imgs_A), l1(self.g_AB(fake_A), self.imgs_B)]
        identity = [l1(self.g_BA(self.imgs_A), self.imgs_A), l1(self.g_AB(self.imgs_B), self.imgs_B)]
        loss = sum(validity) + 10 * sum(reconstr) + self.id_weight * sum(identity)
        peer.descend(self.generators, loss)
        return [loss, *validity, *reconstr, *identity]

    def step(self):
        fake_A, fake_B = self.g_BA(self.imgs_B), self.g_AB(self.imgs_A)
        read = self.train_discriminator(self.d_A, self.imgs_A, self.buffer_A, fake_A)
        read += self.train_discriminator(self.d_B, self.imgs_B, self.buffer_B, fake_B)
        frozen([self.d_A, self.d_B], True)
        read = self.train_generators(fake_A, fake_B) + read
        frozen([self.d_A, self.d_B], False)
        return torch.stack([value.detach() for value in read]).tolist()[0]


def adam(parameters):
    return torch.optim.Adam(parameters, 2e-4, betas=(0.5, 0.999), eps=1e-7)


def cyclegan_apples(device):
    """05_01 (p. 173), batch 1."""
    generators, discriminators = [Unet(3, 32) for _ in range(2)], [discriminator(3, 32) for _ in range(2)]
    parameters = [1_545_411] * 2 + [694_241] * 2
    return CycleGan(generators, discriminators, nn.init.xavier_uniform_, 128, 2, parameters, device).step


def cyclegan_monet(device):
    """05_02 (p. 182), batch 1."""
    generators, discriminators = [resnet(3, 32) for _ in range(2)], [discriminator(3, 64) for _ in range(2)]
    parameters = [2_850_563] * 2 + [2_764_737] * 2
    return CycleGan(generators, discriminators, normal_start, 256, 5, parameters, device).step


PEERS = style_torch.PEERS | {
    "cyclegan_apples": peer.Peer(cyclegan_apples, 1, warm_up=3),
    "cyclegan_monet": peer.Peer(cyclegan_monet, 1, warm_up=2),
}


if __name__ == "__main__":
    peer.run_torch(__doc__, PEERS)
