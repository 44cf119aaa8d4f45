//! Copies to a GPU that the program does not wait for.
//!
//! `Tensor::to_device` returns when the copy is made, and a GPU makes it after all work that it was given before: in each
//! training step the program would wait for the step before. From pinned memory, which the system keeps in its place, a GPU
//! copies by itself. On other devices all of this is `Tensor::to_device`.

use tch::{Device, Tensor};

/// The tensor in pinned memory if it is to be copied to a CUDA device; the tensor itself if not, or if no memory can be
/// pinned.
pub fn pin_memory(tensor: &Tensor, device: Device) -> Tensor {
    if !goes_to_cuda(tensor, device) {
        return tensor.shallow_clone();
    }
    // Not `Tensor::pin_memory`, which warns that its device, which tch always passes, is deprecated.
    tensor.f_internal_pin_memory(device).unwrap_or_else(|_| tensor.shallow_clone())
}

/// The tensor on a device; from pinned memory a CUDA device copies it later. The tensor may be dropped at once: libtorch
/// keeps pinned memory until it is copied, and CUDA takes over the values of other memory before this returns.
pub fn copy_non_blocking(tensor: &Tensor, device: Device) -> Tensor {
    if goes_to_cuda(tensor, device) {
        tensor.to_device_(device, tensor.kind(), true, false)
    } else {
        tensor.to_device(device)
    }
}

/// The tensor on a device, by way of pinned memory for a CUDA device: for what a training step makes on the CPU.
pub fn upload(tensor: &Tensor, device: Device) -> Tensor {
    copy_non_blocking(&pin_memory(tensor, device), device)
}

fn goes_to_cuda(tensor: &Tensor, device: Device) -> bool {
    device.is_cuda() && tensor.device() == Device::Cpu
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cpu_copies_nothing() {
        let tensor = Tensor::from_slice(&[1.0f32, 2.0, 3.0]);
        for same in [upload(&tensor, Device::Cpu), pin_memory(&tensor, Device::Cpu)] {
            assert_eq!(same.data_ptr(), tensor.data_ptr());
        }
    }

    /// Without CUDA no memory can be pinned.
    #[test]
    fn values_and_strides_stay_whether_or_not_memory_can_be_pinned() {
        let tensor = Tensor::from_slice(&[1i64, 2, 3, 4, 5, 6]).view([2, 3]).transpose(0, 1);
        let pinned = pin_memory(&tensor, Device::Cuda(0));
        assert_eq!((pinned.device(), pinned.stride()), (Device::Cpu, tensor.stride()));
        assert_eq!(pinned, tensor);
    }
}
