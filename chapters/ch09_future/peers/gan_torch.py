"""What the four GANs of chapter 9 share in plain PyTorch."""

import torch
from torch.optim import swa_utils

import peer


def upsample(x):
    return torch.nn.functional.interpolate(x, scale_factor=2)


def downsample(x):
    return torch.nn.functional.avg_pool2d(x, 2)


class Gan:
    """Both nets, their optimizers, the moving average of the generator where there is a `decay`, and a batch of random
    images. `parameters`, `rates` and the optimizers are the discriminator's, then the generator's."""

    def __init__(self, discriminator, generator, *, batch, parameters, rates, betas, device, decay=None):
        # Channels last on a CPU, as in chapter 4.
        self.order = torch.channels_last if torch.device(device).type == "cpu" else torch.contiguous_format
        counts = [peer.parameters(net) for net in (discriminator, generator)]
        assert counts == parameters, counts
        nets = [peer.module(net, device, memory_format=self.order) for net in (discriminator, generator)]
        self.discriminator, self.generator = nets
        self.optimizers = [torch.optim.Adam(net.parameters(), rate, betas=betas) for net, rate in zip(nets, rates)]
        # `peer.module` has moved `generator` itself; what it returns may be compiled.
        self.plain_generator, self.average = generator, None
        if decay is not None:
            mean = swa_utils.get_ema_multi_avg_fn(decay)
            self.average = swa_utils.AveragedModel(generator, multi_avg_fn=mean, use_buffers=True)
        images = torch.rand(batch, 3, 32, 32, device=device) * 2 - 1
        self.real = images.contiguous(memory_format=self.order)

    def fakes(self, *inputs):
        """Images for the discriminator's step."""
        with torch.no_grad():
            return self.generator(*inputs)

    def discriminator_step(self, loss):
        peer.descend(self.optimizers[0], loss)
        return loss.item()

    def generator_step(self, loss_of, *inputs):
        """One step on a function of generated images; the discriminator's weights get no gradients."""
        self.discriminator.requires_grad_(False)
        loss = loss_of(self.generator(*inputs))
        peer.descend(self.optimizers[1], loss)
        self.discriminator.requires_grad_(True)
        if self.average is not None:
            self.average.update_parameters(self.plain_generator)
        return loss.item()
