//! The only place that bounds what a net may be made of. The bounds are far beyond any net of the book: they turn a slip of
//! the hand into an error instead of a machine without memory.

/// The longest axis of a tensor.
pub const LONGEST_AXIS: i64 = 1 << 20;
/// The most values that one sample may have in one tensor: a gigabyte of f32.
pub const MOST_VALUES: i64 = 1 << 28;
/// The longest side of an image that a convolution makes, in pixels; also the largest kernel, stride, number of filters and
/// padding.
pub const LONGEST_SIDE: i64 = 4096;
/// The largest factor of upsampling.
pub const LARGEST_FACTOR: i64 = 64;
/// The most units of a recurrent layer.
pub const MOST_UNITS: i64 = 1 << 16;
/// The most values that all weights of a net may have.
pub const MOST_PARAMETERS: i64 = 100_000_000;
