//! Where nets compute something in a shorter way than layer by layer: the result is the same.

mod support;

use common::keras::weights::trainable_variables;
use common::keras::{Conv, Model, Padding, Sequential, losses, nhwc_to_nchw, to_channels_first};
use support::assert_close;
use tch::nn::VarStore;
use tch::{Kind, Tensor};
use testing_tensors::{assert_near, device};

/// A net computes both at once; here they are beside the two layers, one after the other.
#[test]
fn upsampling_fused_with_its_convolution_changes_nothing() {
    tch::manual_seed(3);
    for (kernel, factor) in [(1, 2), (2, 2), (3, 2), (4, 2), (5, 2), (7, 2), (2, 3), (3, 3), (5, 3), (4, 1)] {
        let vs = VarStore::new(device());
        let net = Sequential::input(&vs.root(), [4, 3, 2]).up_sampling2d(factor).conv2d("conv", Conv::new(5, kernel));
        let net = net.model("net").unwrap();
        assert_eq!(net.output_shapes()[0], [4 * factor, 3 * factor, 5]);
        let variables: Vec<Tensor> = trainable_variables(&vs).into_iter().map(|(_, variable)| variable).collect();
        let x = nhwc_to_nchw(&Tensor::randn([2, 4, 3, 2], (Kind::Float, device()))).set_requires_grad(true);
        let dy = nhwc_to_nchw(&Tensor::randn([2, 4 * factor, 3 * factor, 5], (Kind::Float, device())));

        let folded = net.forward_t(&x, true);
        let apart = net.layer_outputs(&x, true).pop().unwrap().1;
        let inputs: Vec<Tensor> = variables.iter().chain([&x]).map(Tensor::shallow_clone).collect();
        let gradients = [&folded, &apart].map(|y| derivatives(y, &dy, &inputs));
        assert_close(&format!("{kernel} after {factor}"), &folded, &apart);
        for (i, (folded, apart)) in gradients[0].iter().zip(&gradients[1]).enumerate() {
            assert_close(&format!("{kernel} after {factor}: derivative {i}"), folded, apart);
        }
    }
}

/// First and second derivatives of a function of these tensors, the latter as the gradient penalty takes them.
fn derivatives(y: &Tensor, dy: &Tensor, inputs: &[Tensor]) -> Vec<Tensor> {
    let score = (y.square() * dy).sum(None);
    let first = Tensor::run_backward(&[score], inputs, true, true);
    let norm: Tensor = first.iter().map(|gradient| gradient.square().sum(None)).sum();
    let second = Tensor::run_backward(&[norm], inputs, false, false);
    first.into_iter().chain(second).collect()
}

/// A net computes them as matrix products; here they are beside libtorch's convolutions, in f64.
#[test]
fn convolutions_whose_patches_do_not_overlap_are_convolutions() {
    use Padding::{Same, Valid};
    tch::manual_seed(7);
    // Size of a volume, kernel, strides, padding, and the zeros after height and width.
    for (size, kernel, strides, padding, zeros) in [
        ([2, 4, 6], [2, 1, 1], [1, 1, 1], Valid, [0, 0]),
        ([1, 4, 24], [1, 1, 12], [1, 1, 12], Same, [0, 0]),
        ([4, 4, 6], [2, 2, 3], [2, 2, 3], Same, [0, 0]),
        ([3, 4, 6], [3, 1, 1], [1, 1, 1], Valid, [0, 0]),
        ([1, 2, 1], [1, 3, 1], [1, 2, 1], Same, [1, 0]),
        ([2, 1, 3], [2, 2, 4], [2, 2, 4], Same, [1, 1]),
        ([1, 5, 4], [1, 1, 1], [1, 1, 1], Same, [0, 0]),
    ] {
        let mut vs = VarStore::new(device());
        let conv = Conv::new(5, kernel).strides(strides).padding(padding);
        let input = [size[0], size[1], size[2], 3];
        let net = Sequential::input(&vs.root(), input).conv3d("conv", conv).model("net").unwrap();
        vs.double();
        let x = to_channels_first(&Tensor::randn([&[2], &input[..]].concat(), (Kind::Double, device())));
        let x = x.set_requires_grad(true);
        let [bias, kernel] = [0, 1].map(|i| trainable_variables(&vs)[i].1.shallow_clone());
        let padded = x.constant_pad_nd([0, zeros[1], 0, zeros[0], 0, 0]);
        let expected = padded.conv3d(&kernel, Some(&bias), strides, [0, 0, 0], [1, 1, 1], 1);
        check_derivatives(&format!("{size:?}, {conv:?}"), &net.forward_t(&x, true), &expected, &[kernel, bias, x]);
    }
    // The same of images, transposed.
    for (size, kernel, strides, padding) in [
        ([2, 1], [2, 1], [2, 1], Same),
        ([4, 1], [1, 7], [1, 7], Valid),
        ([3, 2], [2, 3], [2, 3], Same),
        ([1, 1], [2, 1], [1, 1], Valid),
        ([1, 3], [4, 2], [1, 2], Valid),
    ] {
        let mut vs = VarStore::new(device());
        let conv = Conv::new(5, kernel).strides(strides).padding(padding);
        let input = [size[0], size[1], 3];
        let net = Sequential::input(&vs.root(), input).conv2d_transpose("conv", conv).model("net").unwrap();
        vs.double();
        let x = nhwc_to_nchw(&Tensor::randn([&[2], &input[..]].concat(), (Kind::Double, device())));
        let x = x.set_requires_grad(true);
        let [bias, kernel] = [0, 1].map(|i| trainable_variables(&vs)[i].1.shallow_clone());
        let expected = x.conv_transpose2d(&kernel, Some(&bias), strides, [0, 0], [0, 0], 1, [1, 1]);
        check_derivatives(&format!("{size:?}, {conv:?}"), &net.forward_t(&x, true), &expected, &[kernel, bias, x]);
    }
}

fn check_derivatives(what: &str, actual: &Tensor, expected: &Tensor, inputs: &[Tensor]) {
    assert_near(what, actual, expected, 1e-9);
    let dy = Tensor::randn_like(expected);
    let [actual, expected] = [actual, expected].map(|y| derivatives(y, &dy, inputs));
    for (i, (actual, expected)) in actual.iter().zip(&expected).enumerate() {
        assert_near(&format!("{what}: derivative {i}"), actual, expected, 1e-9);
    }
}

#[test]
fn the_gradient_by_layers_is_the_gradient_by_differentiation() {
    let piecewise_linear = |vs: &VarStore| {
        let net = Sequential::input(&vs.root(), [7, 8, 2]).conv2d("conv_0", Conv::new(4, 5)).leaky_relu(0.2);
        let net = net.conv2d("conv_1", Conv::new(3, 3)).relu().flatten();
        net.dense("dense_0", 5).leaky_relu(0.2).dense("dense_1", 1).model("net").unwrap()
    };
    // Strides that halve 8 pixels, and what a critic has at 7: odd sizes go the long way.
    let strided = |vs: &VarStore| {
        let net =
            Sequential::input(&vs.root(), [8, 16, 2]).conv2d("conv_0", Conv::new(4, 5).strides(2)).leaky_relu(0.2);
        let net = net.conv2d("conv_1", Conv::new(3, 4).strides(2)).leaky_relu(0.2);
        net.conv2d("conv_2", Conv::new(3, 3).strides(2)).flatten().dense("dense", 2).model("net").unwrap()
    };
    let odd = |vs: &VarStore| {
        let net = Sequential::input(&vs.root(), [7, 5, 2]).conv2d("conv", Conv::new(4, 5).strides(2)).leaky_relu(0.2);
        net.flatten().dense("d", 1).model("net").unwrap()
    };
    let curved = |vs: &VarStore| {
        Sequential::input(&vs.root(), [4, 4, 2]).conv2d("conv", Conv::new(4, 3)).tanh().model("net").unwrap()
    };
    // MuseGAN's critic: volumes, kernels that cover an axis, strides as long as kernels, and patches that overlap.
    let volumes = |vs: &VarStore| {
        let net = Sequential::input(&vs.root(), [2, 4, 6, 2]);
        let net = net.conv3d("conv_0", Conv::new(3, [2, 1, 1]).padding(Padding::Valid)).leaky_relu(0.3);
        let net = net.conv3d("conv_1", Conv::new(4, [1, 1, 6]).strides([1, 1, 6])).leaky_relu(0.3);
        let net = net.conv3d("conv_2", Conv::new(4, [1, 4, 1]).strides([1, 2, 1])).leaky_relu(0.3);
        let net = net.conv3d("conv_3", Conv::new(4, [1, 3, 1]).strides([1, 2, 1])).leaky_relu(0.3);
        net.reshape(&[2, 2]).flatten().dense("dense", 1).model("net").unwrap()
    };
    // An odd zero after the volume, and values that a `valid` convolution leaves out: the long way.
    let overlapping = |vs: &VarStore| {
        let net = Sequential::input(&vs.root(), [3, 8, 5, 2]);
        let net = net.conv3d("conv_0", Conv::new(3, [2, 3, 2]).strides([1, 2, 1])).leaky_relu(0.3);
        net.flatten().dense("dense", 1).model("net").unwrap()
    };
    let left_out = |vs: &VarStore| {
        let net = Sequential::input(&vs.root(), [3, 8, 5, 2]);
        let conv = Conv::new(3, [2, 3, 2]).strides([2, 2, 1]).padding(Padding::Valid);
        net.conv3d("conv_0", conv).leaky_relu(0.3).flatten().dense("dense", 1).model("net").unwrap()
    };
    let nets: [&dyn Fn(&VarStore) -> Model; 7] =
        [&piecewise_linear, &strided, &odd, &curved, &volumes, &overlapping, &left_out];
    for (i, build) in nets.iter().enumerate() {
        tch::manual_seed(5);
        let vs = VarStore::new(device());
        let net = build(&vs);
        let shape = [vec![3], net.input_shapes()[0].sizes().unwrap()].concat();
        let x = to_channels_first(&Tensor::randn(&shape[..], (Kind::Float, device()))).set_requires_grad(true);
        let y = net.forward_t(&x, true).sum(None);
        let expected = Tensor::run_backward(&[y], &[&x], true, true).remove(0);
        let actual = net.input_gradient(&x);
        assert_close(&format!("net {i}"), &actual, &expected);
        // Biases move nothing here: they are not in the gradient at all.
        let kernels: Vec<Tensor> = net.trainable().into_iter().filter(|variable| variable.dim() > 1).collect();
        let [actual, expected] = [actual, expected]
            .map(|gradient| Tensor::run_backward(&[losses::gradient_penalty(&gradient)], &kernels, false, false));
        for (actual, expected) in actual.iter().zip(&expected) {
            assert_close(&format!("net {i}: gradient of its penalty"), actual, expected);
        }
    }
}
