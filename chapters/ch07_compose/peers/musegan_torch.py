"""Chapter 7's MuseGAN in plain PyTorch, timed step by step; `torch_peer.py` has the command line."""

import torch
from torch import nn

import peer
from torch_tools import CriticLoss

CRITIC_STEPS = 5
GRADIENT_WEIGHT = 10
BATCH = 64
N_TRACKS = 4
Z = 32

NORM = {"eps": 1e-3, "momentum": 0.1}  # Keras' momentum 0.9


def conv_t(inputs, outputs, kernel, strides=None):
    conv = nn.ConvTranspose2d(inputs, outputs, kernel, strides or kernel)
    return [conv, nn.BatchNorm2d(outputs, **NORM), nn.ReLU()]


def temporal_network():
    """Page 264: noise -> noise of two bars, (batch, z, 2, 1)."""
    return nn.Sequential(
        nn.Unflatten(1, (Z, 1, 1)), *conv_t(Z, 1024, (2, 1), (1, 1)), *conv_t(1024, Z, (1, 1), (1, 1))
    )


def bar_generator():
    """Page 266: noise -> one track of a bar, (batch, 1, 16, 84)."""
    return nn.Sequential(
        nn.Linear(4 * Z, 1024), nn.BatchNorm1d(1024, **NORM), nn.ReLU(), nn.Unflatten(1, (512, 2, 1)),
        *conv_t(512, 512, (2, 1)), *conv_t(512, 256, (2, 1)), *conv_t(256, 256, (2, 1)), *conv_t(256, 256, (1, 7)),
        nn.ConvTranspose2d(256, 1, (1, 12), (1, 12)), nn.Tanh(),
    )  # fmt: skip


class Generator(nn.Module):
    """Page 267."""

    def __init__(self):
        super().__init__()
        self.chords = temporal_network()
        self.melody = nn.ModuleList(temporal_network() for _ in range(N_TRACKS))
        self.bars = nn.ModuleList(bar_generator() for _ in range(N_TRACKS))

    def forward(self, chords, style, melody, groove):
        chords = self.chords(chords)
        melody = [net(melody[:, track]) for track, net in enumerate(self.melody)]
        bars = []
        for bar in range(2):
            tracks = []
            for track, net in enumerate(self.bars):
                parts = [chords[:, :, bar, 0], style, melody[track][:, :, bar, 0], groove[:, track]]
                tracks.append(net(torch.cat(parts, 1)))
            bars.append(torch.cat(tracks, 1))
        return torch.stack(bars, 2)  # (batch, tracks, bars, 16, 84)


def critic():
    """Page 268."""
    net = []
    convs = [
        (4, 128, (2, 1, 1), 1), (128, 128, (1, 1, 1), 1), (128, 128, (1, 1, 12), (1, 1, 12)),
        (128, 128, (1, 1, 7), (1, 1, 7)), (128, 128, (1, 2, 1), (1, 2, 1)), (128, 128, (1, 2, 1), (1, 2, 1)),
    ]  # fmt: skip
    for conv in convs:
        net += [nn.Conv3d(*conv), nn.LeakyReLU(0.3)]
    net += [nn.Conv3d(128, 256, (1, 4, 1), (1, 2, 1), (0, 1, 0)), nn.LeakyReLU(0.3)]
    net += [nn.ConstantPad3d((0, 0, 0, 1, 0, 0), 0), nn.Conv3d(256, 512, (1, 3, 1), (1, 2, 1)), nn.LeakyReLU(0.3)]
    return nn.Sequential(*net, nn.Flatten(), nn.Linear(512, 1024), nn.LeakyReLU(0.3), nn.Linear(1024, 1))


def musegan(device):
    """Page 268: five steps of the critic, one of the generator. Fakes for the critic are made without gradients, and a
    frozen net's weights get none."""
    order = torch.channels_last_3d if torch.device(device).type == "cpu" else torch.contiguous_format
    discriminator = peer.module(critic(), device, memory_format=order)
    generator = peer.module(Generator(), device)
    critic_loss = peer.module(CriticLoss(discriminator, GRADIENT_WEIGHT), device)
    counts = [peer.parameters(net) for net in (discriminator, generator)]
    assert counts == [1_446_401, 6_576_612], counts
    for net in (discriminator, generator):
        for module in net.modules():
            if isinstance(module, (nn.Conv3d, nn.ConvTranspose2d)):
                nn.init.normal_(module.weight, 0, 0.02)
                nn.init.zeros_(module.bias)
    adams = [torch.optim.Adam(net.parameters(), 1e-3, betas=(0.5, 0.9), eps=1e-7) for net in (discriminator, generator)]
    real = (torch.rand(BATCH, N_TRACKS, 2, 16, 84, device=device) * 2 - 1).contiguous(memory_format=order)

    def noise():
        shapes = [(Z,), (Z,), (N_TRACKS, Z), (N_TRACKS, Z)]
        return [torch.randn(BATCH, *shape, device=device) for shape in shapes]

    def critic_step():
        generator.eval()
        with torch.no_grad():
            fakes = generator(*noise()).contiguous(memory_format=order)
        generator.train()
        alpha = torch.rand(BATCH, 1, 1, 1, 1, device=device)
        between = (alpha * real + (1 - alpha) * fakes).requires_grad_()
        losses = critic_loss(real, fakes, between)
        peer.descend(adams[0], losses[0])
        return torch.stack(losses).tolist()

    def step():
        for _ in range(CRITIC_STEPS):
            losses = critic_step()
        discriminator.requires_grad_(False)
        loss = -discriminator(generator(*noise())).mean()
        peer.descend(adams[1], loss)
        discriminator.requires_grad_(True)
        loss.item()
        return losses[0]

    return step


PEERS = {"musegan": peer.Peer(musegan, BATCH, warm_up=1)}
