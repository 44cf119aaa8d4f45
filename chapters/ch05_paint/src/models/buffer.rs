use common::keras::Shape;
use common::training::TrainState;
use common::transfer::upload;
use tch::{Device, Kind, Tensor};

/// The last fakes of a domain. A discriminator that also sees older ones does not forget them (p. 176).
#[derive(Debug)]
pub struct FakeBuffer {
    /// `[max_length, channels, height, width]`; the fake with number n stands at n modulo `max_length`.
    images: Tensor,
    /// Number of fakes so far, int64 `[1]` on the CPU.
    count: Tensor,
}

impl FakeBuffer {
    /// An empty buffer for images of this shape.
    pub fn new(max_length: i64, image: &Shape, device: Device) -> FakeBuffer {
        let [height, width, channels] = std::array::from_fn(|axis| image[axis].unwrap_or(1));
        FakeBuffer {
            images: Tensor::zeros([max_length, channels, height, width], (Kind::Float, device)),
            count: Tensor::zeros([1], (Kind::Int64, Device::Cpu)),
        }
    }

    /// Puts fakes in, which push the oldest ones out, and draws as many at random, as the book's `random.sample` does.
    pub fn exchange(&mut self, fakes: &Tensor) -> Tensor {
        let _no_grad = tch::no_grad_guard();
        let (n, device) = (fakes.size()[0], fakes.device());
        let (length, first) = (self.images.size()[0], self.count.int64_value(&[0]));
        let places = Tensor::arange_start(first, first + n, (Kind::Int64, Device::Cpu)).remainder(length);
        let _ = self.images.index_copy_(0, &upload(&places, device), fakes);
        let _ = self.count.g_add_scalar_(n);
        let drawn = Tensor::randperm((first + n).min(length), (Kind::Int64, Device::Cpu)).narrow(0, 0, n);
        self.images.index_select(0, &upload(&drawn, device))
    }

    /// Adds the buffer to what a checkpoint saves.
    pub fn add_to(&self, state: TrainState, name: &str) -> TrainState {
        state.tensor(&format!("{name}/images"), &self.images).tensor(&format!("{name}/count"), &self.count)
    }
}
