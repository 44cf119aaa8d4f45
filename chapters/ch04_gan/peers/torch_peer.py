"""Chapter 4's models in plain PyTorch, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model gan_camel --steps 20

Eager mode, or torch.compile with `--compile`, and default threads: what a PyTorch user gets who writes the book's models
down and knows how to train a GAN. Fakes for the other net's step are made without gradients, and a frozen net's weights get
none.
"""

import sys
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer
from torch_tools import CriticLoss

Z_DIM = 100
CRITIC_STEPS = 5
CLIP = 0.01
GRADIENT_WEIGHT = 10

torch.manual_seed(0)


def discriminator(channels, strides, pixels, activation, dropout=0.0):
    """Convolutions from image to one number; `pixels` is the side of what the last of them makes."""
    net = []
    for inputs, outputs, stride in zip(channels, channels[1:], strides):
        net += [nn.Conv2d(inputs, outputs, 5, stride, padding=2), activation()]
        if dropout:
            net.append(nn.Dropout(dropout))
    return nn.Sequential(*net, nn.Flatten(), nn.Linear(channels[-1] * pixels**2, 1))


class Generator(nn.Sequential):
    """From a point in latent space to an image of `pixels` * 2^n.

    `layers` are the kinds of its convolutions: `up` after an upsampling, `t1` and `t2` transposed of stride 1 and 2.
    `momentum` is Keras', the share of a moving average that stays.
    """

    def __init__(self, pixels, channels, layers, momentum, activation):
        units = channels[0] * pixels**2
        options = {"eps": 1e-3, "momentum": 1 - momentum}
        net = [nn.Linear(Z_DIM, units), nn.BatchNorm1d(units, **options), activation()]
        net.append(nn.Unflatten(1, (channels[0], pixels, pixels)))
        for i, (inputs, outputs, kind) in enumerate(zip(channels, channels[1:], layers)):
            if kind == "up":
                net += [nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 5, padding=2)]
            else:
                stride = int(kind[1])
                net.append(nn.ConvTranspose2d(inputs, outputs, 5, stride, padding=2, output_padding=stride - 1))
            if i < len(layers) - 1:
                net += [nn.BatchNorm2d(outputs, **options), activation()]
        super().__init__(*net, nn.Tanh())


class Gan:
    """Both nets of an experiment, a batch of random images, and what their steps share."""

    def __init__(self, critic, generator, batch, parameters, optimizer, rates, device):
        # Channels last on a CPU: faster for the WGAN, no slower for the others.
        order = torch.channels_last if torch.device(device).type == "cpu" else torch.contiguous_format
        with torch.no_grad():
            shape = generator(torch.randn(batch, Z_DIM)).shape
        self.critic, self.generator = (peer.module(net, device, memory_format=order) for net in (critic, generator))
        counts = [peer.parameters(net) for net in (critic, generator)]
        assert counts == parameters, counts
        for net in (critic, generator):
            for module in net.modules():
                if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
                    nn.init.normal_(module.weight, 0, 0.02)
                    nn.init.zeros_(module.bias)
        self.critic_optimizer = optimizer(self.critic.parameters(), rates[0])
        self.generator_optimizer = optimizer(self.generator.parameters(), rates[1])
        self.batch, self.device = batch, device
        self.real = (torch.rand(shape, device=device) * 2 - 1).contiguous(memory_format=order)

    def noise(self):
        return torch.randn(self.batch, Z_DIM, device=self.device)

    def fakes(self):
        """Images for the critic's step, by moving averages, as Keras' `predict` makes them."""
        self.generator.eval()
        with torch.no_grad():
            images = self.generator(self.noise())
        self.generator.train()
        return images

    def generator_step(self, loss_of):
        """One step on a function of what the frozen critic says; returns the loss."""
        self.critic.requires_grad_(False)
        scores = self.critic(self.generator(self.noise()))
        loss = loss_of(scores)
        peer.descend(self.generator_optimizer, loss)
        self.critic.requires_grad_(True)
        return loss, scores


def rmsprop(parameters, rate):
    return torch.optim.RMSprop(parameters, rate, alpha=0.9, eps=1e-7)


def adam(parameters, rate):
    return torch.optim.Adam(parameters, rate, betas=(0.5, 0.999), eps=1e-7)


def gan_camel(device):
    """Pages 130-136. One iteration: the discriminator on a real batch and on a fake one, then the generator."""
    camel = Gan(
        discriminator([1, 64, 64, 128, 128], [2, 2, 2, 1], 4, nn.ReLU, dropout=0.4),
        Generator(7, [64, 128, 64, 64, 1], ["up", "up", "t1", "t1"], 0.9, nn.ReLU),
        64, [720_833, 837_377], rmsprop, [8e-4, 4e-4], device,
    )  # fmt: skip
    bce = nn.functional.binary_cross_entropy_with_logits
    ones, zeros = torch.ones(64, 1, device=device), torch.zeros(64, 1, device=device)

    def read(loss, scores, labels):
        accuracy = ((scores > 0) == (labels > 0)).float().mean()
        return loss.item(), accuracy.item()

    def step():
        fakes = camel.fakes()
        for images, labels in [(camel.real, ones), (fakes, zeros)]:
            scores = camel.critic(images)
            loss = bce(scores, labels)
            peer.descend(camel.critic_optimizer, loss)
            read(loss, scores, labels)
        loss, scores = camel.generator_step(lambda scores: bce(scores, ones))
        return read(loss, scores, ones)[0]

    return step


def leaky_relu():
    return nn.LeakyReLU(0.2)


def wgan_cifar(device):
    """Pages 146-150. One iteration: five times two steps of the critic and its clipping, then the generator."""
    horses = Gan(
        discriminator([3, 32, 64, 128, 128], [2, 2, 2, 1], 4, leaky_relu),
        Generator(4, [128, 128, 64, 32, 3], ["up", "up", "up", "t1"], 0.8, leaky_relu),
        128, [670_401, 879_619], rmsprop, [5e-5, 5e-5], device,
    )  # fmt: skip

    def step():
        for _ in range(CRITIC_STEPS):
            fakes = horses.fakes()
            for images, label in [(horses.real, 1), (fakes, -1)]:
                loss = -label * horses.critic(images).mean()
                peer.descend(horses.critic_optimizer, loss)
                loss.item()
            with torch.no_grad():
                for parameter in horses.critic.parameters():
                    parameter.clamp_(-CLIP, CLIP)
        loss, _ = horses.generator_step(lambda scores: -scores.mean())
        return loss.item()

    return step


def faces(device):
    """Pages 152-156."""
    return Gan(
        discriminator([3, 64, 128, 256, 512], [2, 2, 2, 2], 4, leaky_relu),
        Generator(4, [512, 256, 128, 64, 3], ["t2", "t2", "t2", "t2"], 0.9, leaky_relu),
        64, [4_314_753, 5_150_723], adam, [2e-4, 2e-4], device,
    )  # fmt: skip


def wgangp_faces_critic(device):
    """One step of the critic with the gradient penalty, fakes included."""
    model = faces(device)
    critic_loss = peer.module(CriticLoss(model.critic, GRADIENT_WEIGHT), device)

    def step():
        fakes = model.fakes()
        alpha = torch.rand(model.batch, 1, 1, 1, device=device)
        between = (alpha * model.real + (1 - alpha) * fakes).requires_grad_()
        read = critic_loss(model.real, fakes, between)
        peer.descend(model.critic_optimizer, read[0])
        return torch.stack(read).tolist()[0]

    return step


def wgangp_faces_generator(device):
    """One step of the generator."""
    model = faces(device)
    return lambda: model.generator_step(lambda scores: -scores.mean())[0].item()


PEERS = {
    "gan_camel": peer.Peer(gan_camel, 64, warm_up=3),
    "wgan_cifar": peer.Peer(wgan_cifar, 128, warm_up=2),
    "wgangp_faces_critic": peer.Peer(wgangp_faces_critic, 64, warm_up=2),
    "wgangp_faces_generator": peer.Peer(wgangp_faces_generator, 64, warm_up=2),
}


if __name__ == "__main__":
    peer.run_torch(__doc__, PEERS)
