"""What the PyTorch peers of `cargo book bench` share that needs PyTorch."""

import torch
from torch import nn


class CriticLoss(nn.Module):
    """WGAN-GP's loss for a critic and its parts: real images, fakes, and the penalty for the gradient at the images between
    them, without its weight.

    A module, so that torch.compile sees the gradient within what it compiles.
    """

    def __init__(self, critic, weight):
        super().__init__()
        self.critic, self.weight = critic, weight

    def forward(self, real, fakes, between):
        (gradients,) = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
        norms = gradients.square().sum(dim=tuple(range(1, gradients.dim()))).sqrt()
        parts = -self.critic(real).mean(), self.critic(fakes).mean(), (1 - norms).square().mean()
        return parts[0] + parts[1] + self.weight * parts[2], *parts
