//! Where nets compute something in a shorter way than layer by layer: the result is the same.

mod support;

use common::keras::weights::trainable_variables;
use common::keras::{Conv, Model, Sequential, nhwc_to_nchw};
use support::assert_close;
use tch::nn::VarStore;
use tch::{Kind, Tensor};
use testing_tensors::device;

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
        let gradients = [&folded, &apart].map(|y| {
            let score = (y.square() * &dy).sum(None);
            let inputs: Vec<&Tensor> = variables.iter().chain([&x]).collect();
            let first = Tensor::run_backward(&[&score], &inputs, true, true);
            // Second derivatives, as the gradient penalty takes them.
            let norm: Tensor = first.iter().map(|gradient| gradient.square().sum(None)).sum();
            let second = Tensor::run_backward(&[norm], &inputs, false, false);
            first.into_iter().chain(second).collect::<Vec<_>>()
        });
        assert_close(&format!("{kernel} behind {factor}"), &folded, &apart);
        for (i, (folded, apart)) in gradients[0].iter().zip(&gradients[1]).enumerate() {
            assert_close(&format!("{kernel} behind {factor}: derivative {i}"), folded, apart);
        }
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
    let nets: [&dyn Fn(&VarStore) -> Model; 4] = [&piecewise_linear, &strided, &odd, &curved];
    for (i, build) in nets.iter().enumerate() {
        tch::manual_seed(5);
        let vs = VarStore::new(device());
        let net = build(&vs);
        let shape = [vec![3], net.input_shapes()[0].sizes().unwrap()].concat();
        let x = nhwc_to_nchw(&Tensor::randn(&shape[..], (Kind::Float, device()))).set_requires_grad(true);
        let y = net.forward_t(&x, true).sum(None);
        let expected = Tensor::run_backward(&[y], &[&x], true, true).remove(0);
        let actual = net.input_gradient(&x);
        assert_close(&format!("net {i}"), &actual, &expected);
        // Biases move nothing here: they are not in the gradient at all.
        let kernels: Vec<Tensor> = net.trainable().into_iter().filter(|variable| variable.dim() > 1).collect();
        let [actual, expected] = [actual, expected].map(|gradient| {
            let penalty =
                (gradient.square().sum_dim_intlist(&[1i64, 2, 3][..], false, None).sqrt() - 1.0).square().mean(None);
            Tensor::run_backward(&[penalty], &kernels, false, false)
        });
        for (actual, expected) in actual.iter().zip(&expected) {
            assert_close(&format!("net {i}: gradient of its penalty"), actual, expected);
        }
    }
}
