use tch::Tensor;

/// Images as Keras has them, `[batch, height, width, channels]` (NHWC), as a libtorch view
/// `[batch, channels, height, width]` (NCHW). The memory stays: the strides say channels-last.
pub fn nhwc_to_nchw(images: &Tensor) -> Tensor {
    images.permute([0, 3, 1, 2])
}

/// The inverse of [`nhwc_to_nchw`]: `[batch, height, width, channels]`.
pub fn nchw_to_nhwc(images: &Tensor) -> Tensor {
    images.permute([0, 2, 3, 1])
}

/// A tensor as it travels between layers to Keras' axes: channels of images (4 axes) and volumes (5) go last, everything
/// else stays. A view.
pub fn to_channels_last(x: &Tensor) -> Tensor {
    match x.dim() {
        4 | 5 => x.movedim_int(1, -1),
        _ => x.shallow_clone(),
    }
}

/// The inverse of [`to_channels_last`].
pub fn to_channels_first(x: &Tensor) -> Tensor {
    match x.dim() {
        4 | 5 => x.movedim_int(-1, 1),
        _ => x.shallow_clone(),
    }
}

/// Where Keras' last axis stands in a tensor that travels between layers: channels of images and volumes are second.
pub(super) fn channel_axis(x: &Tensor) -> i64 {
    if x.dim() > 3 { 1 } else { -1 }
}

/// The same values with channels-last strides, the layout that oneDNN and cuDNN compute fastest in.
pub(super) fn channels_last(tensor: &Tensor) -> Tensor {
    to_channels_first(&to_channels_last(tensor).contiguous())
}
