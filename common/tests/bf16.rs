//! Mixed precision: what is computed in bf16, and what is not. The policy is the whole process's: the tests take turns.

use common::keras::precision::{self, Precision};
use common::keras::weights::trainable_variables;
use common::keras::{
    Attention, Conv, Merge, Model, MultiHeadAttention, Net, Padding, Recurrent, Sequential, Shape, Units,
    input_gradient, to_channels_first,
};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};
use testing_tensors::{assert_near, assert_near_absolute, device, take_turn};

/// What rounding may make of a tensor, by its largest value.
const TOLERANCE: f64 = 2e-2;
/// The same of attention, which has three products and a softmax one after the other.
const OF_ATTENTION: f64 = 4e-2;

/// Makes a net.
type Build<'a> = &'a dyn Fn(&VarStore) -> Model;

/// What a function makes under a policy, in this test's turn.
fn under<T>(policy: Precision, compute: impl FnOnce() -> T) -> T {
    precision::set_global_policy(policy);
    let result = compute();
    precision::set_global_policy(Precision::F32);
    result
}

/// What it makes under both.
fn under_both<T>(compute: impl Fn() -> T) -> [T; 2] {
    [Precision::F32, Precision::Bf16].map(|policy| under(policy, &compute))
}

/// Random values of N(0, 1) as they travel to or from a net: its shape, and three samples.
fn random(shape: &Shape, kind: Kind) -> Tensor {
    to_channels_first(&Tensor::randn([vec![3], shape.sizes().unwrap()].concat(), (kind, device())))
}

/// The output of a net, and the gradients of its weights and of its input for a weighted sum of the output.
fn pass(net: &Model, x: &Tensor, weighting: &Tensor) -> Vec<Tensor> {
    let x = x.detach().set_requires_grad(true);
    let y = net.forward_t(&x, true);
    let inputs: Vec<Tensor> = net.trainable().into_iter().chain([x]).collect();
    let gradients = Tensor::run_backward(&[(&y * weighting).sum(None)], &inputs, false, false);
    std::iter::once(y.detach()).chain(gradients).collect()
}

/// ‖a - b‖ / ‖b‖
fn distance(a: &Tensor, b: &Tensor) -> f64 {
    ((a - b).norm() / b.norm()).double_value(&[])
}

#[test]
fn products_and_convolutions_are_within_the_rounding_of_bf16() {
    let _turn = take_turn();
    let nets: [(&str, f64, Build); 15] = [
        ("convolution", TOLERANCE, &|vs: &VarStore| {
            Sequential::input(&vs.root(), [7, 6, 3]).conv2d("layer", Conv::new(5, 3)).model("net").unwrap()
        }),
        ("convolution with an odd zero", TOLERANCE, &|vs: &VarStore| {
            Sequential::input(&vs.root(), [8, 6, 3]).conv2d("layer", Conv::new(5, 3).strides(2)).model("net").unwrap()
        }),
        ("transposed convolution", TOLERANCE, &|vs: &VarStore| {
            let conv = Conv::new(5, 3).strides(2);
            Sequential::input(&vs.root(), [4, 5, 3]).conv2d_transpose("layer", conv).model("net").unwrap()
        }),
        ("transposed convolution with nothing odd", TOLERANCE, &|vs: &VarStore| {
            let conv = Conv::new(5, 4).strides(2);
            Sequential::input(&vs.root(), [4, 5, 3]).conv2d_transpose("layer", conv).model("net").unwrap()
        }),
        ("transposed convolution of patches", TOLERANCE, &|vs: &VarStore| {
            let conv = Conv::new(5, 2).strides(2);
            Sequential::input(&vs.root(), [4, 5, 3]).conv2d_transpose("layer", conv).model("net").unwrap()
        }),
        ("upsampling and convolution", TOLERANCE, &|vs: &VarStore| {
            let x = Sequential::input(&vs.root(), [4, 5, 3]).up_sampling2d(2);
            x.conv2d("layer", Conv::new(5, 5)).model("net").unwrap()
        }),
        ("upsampling and convolution, places woven", TOLERANCE, &|vs: &VarStore| {
            let x = Sequential::input(&vs.root(), [4, 5, 3]).up_sampling2d(2);
            x.conv2d("layer", Conv::new(5, 4)).model("net").unwrap()
        }),
        ("convolution of volumes", TOLERANCE, &|vs: &VarStore| {
            let conv = Conv::new(4, [2, 3, 2]).strides([1, 2, 1]);
            Sequential::input(&vs.root(), [3, 8, 5, 2]).conv3d("layer", conv).model("net").unwrap()
        }),
        ("convolution of patches of volumes", TOLERANCE, &|vs: &VarStore| {
            let conv = Conv::new(4, [2, 1, 1]).padding(Padding::Valid);
            Sequential::input(&vs.root(), [2, 4, 6, 3]).conv3d("layer", conv).model("net").unwrap()
        }),
        ("dense", TOLERANCE, &|vs: &VarStore| {
            Sequential::input(&vs.root(), [40]).dense("layer", 6).model("net").unwrap()
        }),
        ("dense without a bias", TOLERANCE, &|vs: &VarStore| {
            let units = Units::new(6).without_bias();
            Sequential::input(&vs.root(), [40]).dense("layer", units).model("net").unwrap()
        }),
        ("dense of sequences", TOLERANCE, &|vs: &VarStore| {
            Sequential::input(&vs.root(), [5, 40]).dense("layer", 6).model("net").unwrap()
        }),
        ("dot", TOLERANCE, &|vs: &VarStore| {
            let x = Sequential::input(&vs.root(), [5, 8]);
            let dot = Merge::Dot { axes: [2, 2], normalize: true };
            x.dense("layer", 8).merge(dot, &[&x]).model("net").unwrap()
        }),
        ("attention", OF_ATTENTION, &|vs: &VarStore| {
            let x = Sequential::input(&vs.root(), [5, 8]);
            x.attention("layer", &x, Attention::new(2, 4).causal()).model("net").unwrap()
        }),
        ("attention with its scores", OF_ATTENTION, &|vs: &VarStore| {
            let x = Sequential::input(&vs.root(), [5, 8]);
            let config = Attention::new(2, 4).causal().return_scores();
            let [y, _] = x.layers(Some("layer".to_string()), &[&x], |path, shapes| {
                MultiHeadAttention::new(path, &shapes[0], &shapes[1], config)
            });
            y.model("net").unwrap()
        }),
    ];
    for (name, tolerance, build) in nets {
        tch::manual_seed(5);
        let vs = VarStore::new(device());
        let net = build(&vs);
        let x = random(&net.input_shapes()[0], Kind::Float);
        let weighting = random(&net.output_shapes()[0], Kind::Float);
        let [full, bf16] = under_both(|| pass(&net, &x, &weighting));
        for (i, (bf16, full)) in bf16.iter().zip(&full).enumerate() {
            assert_eq!(bf16.kind(), Kind::Float, "{name}: tensor {i}");
            assert_near(&format!("{name}: tensor {i}"), bf16, full, tolerance);
        }
        assert!(bf16[0] != full[0], "{name} is computed in f32");
    }
}

#[test]
fn gradients_of_gradients_are_within_the_rounding_of_bf16() {
    let _turn = take_turn();
    let images = |vs: &VarStore| {
        let net = Sequential::input(&vs.root(), [8, 16, 2]).conv2d("conv_0", Conv::new(8, 5).strides(2));
        let net = net.leaky_relu(0.2).conv2d("conv_1", Conv::new(8, 3)).relu().flatten();
        net.dense("dense_0", 16).leaky_relu(0.2).dense("dense_1", 1).model("net").unwrap()
    };
    let volumes = |vs: &VarStore| {
        let net = Sequential::input(&vs.root(), [2, 4, 6, 2]);
        let net = net.conv3d("conv_0", Conv::new(6, [2, 1, 1]).padding(Padding::Valid)).leaky_relu(0.3);
        let net = net.conv3d("conv_1", Conv::new(8, [1, 3, 1]).strides([1, 2, 1])).leaky_relu(0.3);
        net.flatten().dense("dense", 1).model("net").unwrap()
    };
    let nets: [Build; 2] = [&images, &volumes];
    for (i, build) in nets.into_iter().enumerate() {
        tch::manual_seed(5);
        let vs = VarStore::new(device());
        let net = build(&vs);
        let x = random(&net.input_shapes()[0], Kind::Float);
        let kernels: Vec<Tensor> = net.trainable().into_iter().filter(|variable| variable.dim() > 1).collect();
        let with_second = |gradient: Tensor| -> Vec<Tensor> {
            let second = Tensor::run_backward(&[gradient.square().sum(None)], &kernels, false, false);
            std::iter::once(gradient.detach()).chain(second).collect()
        };
        let [full, bf16] = under_both(|| with_second(net.input_gradient(&x)));
        let differentiated = under(Precision::Bf16, || with_second(input_gradient(|x| net.forward_t(x, true), &x)));
        for (k, bf16) in bf16.iter().enumerate() {
            assert_eq!((bf16.kind(), differentiated[k].kind()), (Kind::Float, Kind::Float), "net {i}: gradient {k}");
            let [to_other, to_full] = [&differentiated[k], &full[k]].map(|other| distance(bf16, other));
            assert!(to_other < 0.03, "net {i}: gradient {k} is off by {to_other} from the differentiated one");
            // Values near 0 are rounded to the other side of a ReLU, which changes some slopes.
            assert!(to_full > 0.0 && to_full < 0.5, "net {i}: gradient {k} is off by {to_full}");
        }
    }
}

/// A net with layers that take bf16, layers that want f32, both as inputs of one layer, and a net in the net.
fn mixed(vs: &VarStore) -> Model {
    let head = Net::new(&(vs.root() / "head"));
    let of_head = head.input("features", [4]);
    let head = of_head.dense("scores", 3).softmax().model("head").unwrap();
    let conv = Sequential::input(&vs.root(), [8, 8, 3]).conv2d("conv_0", Conv::new(4, 3));
    let sum = conv.add(&[&conv.batch_norm("norm").relu()]);
    let both = sum.concatenate(&[&conv.leaky_relu(0.2)]).dropout(0.25).spatial_dropout(0.25);
    let pooled = both.conv2d("conv_3", Conv::new(4, 3)).up_sampling2d(2).max_pooling2d(4);
    let padded = pooled.reflection_padding2d(1).zero_padding2d([0, 1, 0, 1]);
    let conv = padded.conv2d("conv_1", Conv::new(4, 3).padding(Padding::Valid)).instance_norm();
    let seen = conv.conv2d("conv_2", Conv::new(4, 1)).lambda("kind", &[], [5, 5, 4], |x, _| {
        assert_eq!(x[0].kind(), Kind::Float, "a closure sees f32");
        x[0].shallow_clone()
    });
    let sequence = seen.reshape(&[25, 4]).permute(&[2, 1]).dense("dense_0", 6).gaussian_noise(0.1);
    let sequence = sequence.dense("dense_1", 6).bidirectional_gru("gru", Recurrent::new(3).return_sequences());
    let last = sequence.layer_norm("norm_1").dense("dense_2", 6).lstm("lstm", Recurrent::new(4));
    last.dense("dense_3", 4).tanh().call(&head).model("net").unwrap()
}

#[test]
fn layers_that_want_f32_get_it_and_nets_give_it() {
    let _turn = take_turn();
    tch::manual_seed(6);
    let vs = VarStore::new(device());
    let net = mixed(&vs);
    let x = random(&net.input_shapes()[0], Kind::Float);
    let [full, bf16] = under_both(|| net.forward_t(&x, false));
    assert_eq!(bf16.kind(), Kind::Float);
    assert!(bf16 != full, "all of it is computed in f32");
    assert_near_absolute("probabilities", &bf16, &full, 2e-2);
    // A softmax in bf16 would miss it by a thousandth.
    let sums = bf16.sum_dim_intlist(-1, false, None);
    assert_near_absolute("sums of probabilities", &sums, &sums.ones_like(), 1e-6);
    under(Precision::Bf16, || {
        for (name, output) in net.layer_outputs(&x, false) {
            assert_eq!(output.kind(), Kind::Float, "{name}");
        }
        let weighting = random(&net.output_shapes()[0], Kind::Float);
        for (i, tensor) in pass(&net, &x, &weighting).iter().enumerate() {
            assert_eq!(tensor.kind(), Kind::Float, "tensor {i}");
            assert!(tensor.isfinite().all().int64_value(&[]) == 1, "tensor {i}");
        }
    });
}

#[test]
fn f64_and_what_asks_for_f32_stay_as_they_are() {
    let _turn = take_turn();
    tch::manual_seed(7);
    let vs = VarStore::new(device());
    let net = mixed(&vs);
    let x = random(&net.input_shapes()[0], Kind::Float);
    let [full, asked] = under_both(|| precision::in_f32(|| net.forward_t(&x, false)));
    assert!(full == asked, "in_f32 computes in bf16");

    let mut vs = VarStore::new(device());
    let net = Sequential::input(&vs.root(), [8, 8, 2]).conv2d("conv", Conv::new(4, 3).strides(2)).leaky_relu(0.2);
    let net = net.up_sampling2d(2).conv2d("conv_1", Conv::new(2, 3)).flatten().dense("dense", 1).model("net").unwrap();
    vs.double();
    let (x, weighting) = (random(&net.input_shapes()[0], Kind::Double), random(&net.output_shapes()[0], Kind::Double));
    let [full, bf16] = under_both(|| pass(&net, &x, &weighting));
    for (i, (bf16, full)) in bf16.iter().zip(&full).enumerate() {
        assert_eq!(bf16.kind(), Kind::Double, "tensor {i}");
        // A GPU adds up gradients in any order.
        let tolerance = if device() == Device::Cpu { 0.0 } else { 1e-12 };
        assert_near(&format!("tensor {i}"), bf16, full, tolerance);
    }
}

/// Beside libtorch's own operations, after another policy was there.
#[test]
fn the_policy_of_f32_changes_no_bit() {
    let _turn = take_turn();
    tch::manual_seed(8);
    let vs = VarStore::new(device());
    let image = Sequential::input(&vs.root(), [6, 7, 3]);
    let conv = image.conv2d("conv", Conv::new(5, 3)).model("conv").unwrap();
    let transposed = image.conv2d_transpose("transposed", Conv::new(5, 4).strides(2)).model("transposed").unwrap();
    let dense = Sequential::input(&vs.root(), [40]).dense("dense", 6).sigmoid().model("dense").unwrap();
    let x = random(&conv.input_shapes()[0], Kind::Float);
    let row = random(&dense.input_shapes()[0], Kind::Float);
    under(Precision::Bf16, || drop([conv.forward_t(&x, false), dense.forward_t(&row, false)]));

    let variables = trainable_variables(&vs);
    let variable = |wanted: &str| variables.iter().find(|(name, _)| name == wanted).unwrap().1.shallow_clone();
    let of = |layer: &str| ["kernel", "bias"].map(|part| variable(&format!("{layer}/{part}")));
    let [kernel, bias] = of("conv");
    let expected = x.conv2d(&kernel, Some(&bias), [1, 1], [1, 1], [1, 1], 1);
    assert!(conv.forward_t(&x, false) == expected, "convolution");
    let [kernel, bias] = of("transposed");
    let expected = x.conv_transpose2d(&kernel, Some(&bias), [2, 2], [1, 1], [0, 0], 1, [1, 1]);
    assert!(transposed.forward_t(&x, false) == expected, "transposed convolution");
    let [kernel, bias] = of("dense");
    assert!(dense.forward_t(&row, false) == bias.addmm(&row, &kernel).sigmoid(), "dense layer");
    let half = x.to_kind(Kind::BFloat16);
    assert_eq!([precision::operand(&x), precision::full(&half)].map(|x| x.kind()), [Kind::Float, Kind::BFloat16]);
}

#[test]
fn a_processor_without_the_instructions_is_told_so() {
    let error = precision::check(Precision::Bf16, Device::Cpu, false).unwrap_err().to_string();
    for words in ["--precision bf16", "AVX512-BF16", "f32, the default"] {
        assert!(error.contains(words), "{error}");
    }
    for (policy, device, instructions) in [
        (Precision::Bf16, Device::Cpu, true),
        (Precision::Bf16, Device::Cuda(0), false),
        (Precision::F32, Device::Cpu, false),
    ] {
        precision::check(policy, device, instructions).unwrap();
    }
}
