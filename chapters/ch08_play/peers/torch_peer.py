"""Chapter 8's models in plain PyTorch, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model vae --steps 20

Eager mode, or torch.compile with `--compile`; default memory layout and threads: what a PyTorch user gets who writes the
book's models down. A model's `forward` gives its loss.
"""

import math
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

BATCH = 100
STEPS = 299
Z_DIM = 32
MIXTURES = 5
R_LOSS_FACTOR = 10_000

torch.manual_seed(0)


class Vae(nn.Module):
    """Page 291."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 32, 4, 2), nn.ReLU(),
            nn.Conv2d(32, 64, 4, 2), nn.ReLU(),
            nn.Conv2d(64, 64, 4, 2), nn.ReLU(),
            nn.Conv2d(64, 128, 4, 2), nn.ReLU(),
            nn.Flatten(),
        )  # fmt: skip
        self.mu, self.log_var = nn.Linear(512, Z_DIM), nn.Linear(512, Z_DIM)
        self.decoder = nn.Sequential(
            nn.Linear(Z_DIM, 1024), nn.Unflatten(1, (1024, 1, 1)),
            nn.ConvTranspose2d(1024, 64, 5, 2), nn.ReLU(),
            nn.ConvTranspose2d(64, 64, 5, 2), nn.ReLU(),
            nn.ConvTranspose2d(64, 32, 6, 2), nn.ReLU(),
            nn.ConvTranspose2d(32, 3, 6, 2), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, x):
        features = self.encoder(x)
        mu, log_var = self.mu(features), self.log_var(features)
        z = mu + torch.exp(log_var / 2) * torch.randn_like(mu)
        kl = -0.5 * (1 + log_var - mu**2 - log_var.exp()).sum(dim=1).mean()
        return R_LOSS_FACTOR * functional.mse_loss(self.decoder(z), x) + kl


class MdnRnn(nn.Module):
    """Page 298."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(Z_DIM + 4, 256, batch_first=True)
        self.mdn = nn.Linear(256, Z_DIM * 3 * MIXTURES + 1)

    def forward(self, inputs, next_z, next_reward):
        x, _ = self.lstm(inputs)
        output = self.mdn(x)
        log_pi, mu, log_sigma = output[..., :-1].unflatten(-1, (Z_DIM, 3 * MIXTURES)).split(MIXTURES, -1)
        standardized = (next_z.unsqueeze(-1) - mu) * torch.exp(-log_sigma)
        log_density = -0.5 * standardized**2 - log_sigma - 0.5 * math.log(2 * math.pi)
        z_loss = -torch.logsumexp(log_pi.log_softmax(-1) + log_density, -1).mean()
        return z_loss + functional.binary_cross_entropy_with_logits(output[..., -1], next_reward)


def vae(device):
    """Page 291: 100 frames."""
    model = peer.module(Vae(), device)
    assert peer.parameters(model) == 2_115_971
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    x = torch.rand(BATCH, 3, 64, 64, device=device)
    return training_step(model, optimizer, x)


def mdn_rnn(device):
    """Page 300: 100 episodes of 300 frames."""
    model = peer.module(MdnRnn(), device)
    assert peer.parameters(model) == 423_649 + 4 * 256  # PyTorch has a second bias
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    inputs, next_z = (torch.randn(BATCH, STEPS, n, device=device) for n in (Z_DIM + 4, Z_DIM))
    return training_step(model, optimizer, inputs, next_z, torch.rand(BATCH, STEPS, device=device).round())


def training_step(model, optimizer, *batch):
    def step():
        loss = model(*batch)
        peer.descend(optimizer, loss)
        return loss.item()

    return step


PEERS = {"vae": peer.Peer(vae, BATCH), "mdn_rnn": peer.Peer(mdn_rnn, BATCH, warm_up=2)}


if __name__ == "__main__":
    peer.run_torch(__doc__, PEERS)
