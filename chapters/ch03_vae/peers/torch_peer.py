"""Chapter 3's models in plain PyTorch, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model vae_digits --steps 50

Eager mode, or torch.compile with `--compile`; default memory layout and threads: what a PyTorch user gets who writes the
book's model down. A model's `forward` gives its loss.
"""

import sys
from functools import partial
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

BATCH = 32


def conv(inputs, outputs, stride):
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1)


def conv_t(inputs, outputs, stride):
    return nn.ConvTranspose2d(inputs, outputs, 3, stride, padding=1, output_padding=stride - 1)


def encoder_body():
    return nn.Sequential(
        conv(1, 32, 1), nn.LeakyReLU(0.3),
        conv(32, 64, 2), nn.LeakyReLU(0.3),
        conv(64, 64, 2), nn.LeakyReLU(0.3),
        conv(64, 64, 1), nn.LeakyReLU(0.3),
        nn.Flatten(),
    )  # fmt: skip


def decoder():
    return nn.Sequential(
        nn.Linear(2, 3136), nn.Unflatten(1, (64, 7, 7)),
        conv_t(64, 64, 1), nn.LeakyReLU(0.3),
        conv_t(64, 64, 2), nn.LeakyReLU(0.3),
        conv_t(64, 32, 2), nn.LeakyReLU(0.3),
        conv_t(32, 1, 1), nn.Sigmoid(),
    )  # fmt: skip


class Autoencoder(nn.Module):
    """Pages 94-98."""

    encoder_parameters = 98_946
    decoder_parameters = 102_017
    image = (1, 28, 28)

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(encoder_body(), nn.Linear(3136, 2))
        self.decoder = decoder()

    def forward(self, x):
        return nn.functional.mse_loss(self.decoder(self.encoder(x)), x)


class VariationalAutoencoder(nn.Module):
    """Pages 106-111, the digits: no batch norm, no dropout, r_loss_factor 1000."""

    encoder_parameters = 105_220
    decoder_parameters = 102_017
    image = (1, 28, 28)
    r_loss_factor = 1000

    def __init__(self):
        super().__init__()
        self.encoder = nn.ModuleDict({"body": encoder_body(), "mu": nn.Linear(3136, 2), "log_var": nn.Linear(3136, 2)})
        self.decoder = decoder()

    def forward(self, x):
        features = self.encoder["body"](x)
        mu, log_var = self.encoder["mu"](features), self.encoder["log_var"](features)
        z = mu + torch.exp(log_var / 2) * torch.randn_like(mu)
        reconstruction = self.r_loss_factor * nn.functional.mse_loss(self.decoder(z), x)
        kl = -0.5 * (1 + log_var - mu**2 - log_var.exp()).sum(dim=1).mean()
        return reconstruction + kl


def behind_convolution(channels):
    # Keras' epsilon and momentum.
    return [nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01), nn.LeakyReLU(0.3), nn.Dropout(0.25)]


class FacesAutoencoder(VariationalAutoencoder):
    """Pages 116-118, the faces: batch norm, dropout, r_loss_factor 10,000."""

    encoder_parameters = 1_732_496  # those that train; Keras counts moving averages, too
    decoder_parameters = 916_803
    image = (3, 128, 128)
    r_loss_factor = 10_000

    def __init__(self):
        nn.Module.__init__(self)
        channels = [3, 32, 64, 64, 64]
        body = [layer for i, o in zip(channels, channels[1:]) for layer in [conv(i, o, 2), *behind_convolution(o)]]
        heads = {name: nn.Linear(4096, 200) for name in ["mu", "log_var"]}
        self.encoder = nn.ModuleDict({"body": nn.Sequential(*body, nn.Flatten()), **heads})
        channels = [64, 64, 64, 32]
        body = [layer for i, o in zip(channels, channels[1:]) for layer in [conv_t(i, o, 2), *behind_convolution(o)]]
        start = [nn.Linear(200, 4096), nn.Unflatten(1, (64, 8, 8))]
        self.decoder = nn.Sequential(*start, *body, conv_t(32, 3, 2), nn.Sigmoid())


MODELS = {"autoencoder": Autoencoder, "vae_digits": VariationalAutoencoder, "vae_faces": FacesAutoencoder}


def training_step(make, device):
    """The model's training step."""
    torch.manual_seed(0)
    model = peer.module(make(), device)
    assert peer.parameters(model.encoder) == model.encoder_parameters
    assert peer.parameters(model.decoder) == model.decoder_parameters
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
    x = torch.rand(BATCH, *model.image, device=device)

    def step():
        loss = model(x)
        peer.descend(optimizer, loss)
        return loss.item()

    return step


PEERS = {name: peer.Peer(partial(training_step, make), BATCH) for name, make in MODELS.items()}


if __name__ == "__main__":
    peer.run_torch(__doc__, PEERS)
