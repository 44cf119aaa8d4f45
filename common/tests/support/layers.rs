//! Layers beside tf.keras: forward, gradients, moving averages, and three steps of Adam.

use common::keras::weights::{assign, named_variables, to_keras, trainable_variables};
use common::keras::*;
use tch::nn::VarStore;
use tch::{Kind, Tensor, nn};
use testing_tensors::{Fixture, assert_near, assert_near_absolute, assert_near_relative, device};

/// The fixture of a case; see `fixtures/README.md`.
pub fn open(case: &str) -> Fixture {
    Fixture::open(format!("tests/fixtures/{case}.npz"))
}

/// The array of a name, or those below it: `x`, or `x/0`, `x/1`.
fn several(fixture: &Fixture, name: &str) -> Vec<Tensor> {
    match fixture.below(&format!("{name}/")) {
        none if none.is_empty() => vec![fixture.tensor(name)],
        some => some.into_values().collect(),
    }
}

/// Numbers in a precision; whole ones as they are.
fn convert(tensor: Tensor, kind: Kind) -> Tensor {
    if tensor.is_floating_point() { tensor.to_kind(kind) } else { tensor }
}

/// A net built from its inputs beside the fixture: in f64 to a billionth; in f32, as nets are trained, one forward and
/// one backward pass.
pub fn check(case: &str, prefix: &str, build: impl for<'a> Fn(&[Node<'a>]) -> Vec<Node<'a>>) {
    check_in(Kind::Float, case, prefix, &build);
    check_in(Kind::Double, case, prefix, &build);
}

fn check_in(kind: Kind, case: &str, prefix: &str, build: &impl for<'a> Fn(&[Node<'a>]) -> Vec<Node<'a>>) {
    let fixture = open(case);
    let near = |what: &str, actual: &Tensor, expected: &Tensor| {
        let (what, actual) = (format!("{case} in {kind:?}: {what}"), actual.to_kind(Kind::Double));
        let vanishes = expected.abs().max().double_value(&[]) < 1e-9;
        match kind {
            Kind::Double => assert_near(&what, &actual, expected, 1e-9),
            _ if vanishes => assert_near_absolute(&what, &actual, expected, 1e-6),
            _ => assert_near_relative(&what, &actual, expected, 1e-4),
        }
    };
    let mut vs = VarStore::new(device());
    let xs: Vec<Tensor> = several(&fixture, "x").into_iter().map(|x| convert(x, kind)).collect();
    let (model, names) = {
        let net = Net::new(&vs.root());
        let shape = |x: &Tensor| Shape::from(&x.size()[1..]);
        let inputs: Vec<Node> = xs.iter().enumerate().map(|(i, x)| net.input(format!("input_{i}"), shape(x))).collect();
        let outputs = build(&inputs);
        let model = net.model(case, &inputs.iter().collect::<Vec<_>>(), &outputs.iter().collect::<Vec<_>>()).unwrap();
        (model, outputs.len())
    };
    vs.set_kind(kind);
    let forward = |xs: &[Tensor], train: bool| {
        let xs: Vec<Tensor> = xs.iter().map(to_channels_first).collect();
        let ys = model.forward_vec(&xs.iter().collect::<Vec<_>>(), train);
        ys.iter().map(to_channels_last).collect::<Vec<_>>()
    };
    let fill = || {
        let start = fixture.below("w/").into_iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor));
        assign(&vs, start.collect()).unwrap();
    };
    let variable = |name: &str| to_keras(&named_variables(&vs)[&format!("{prefix}{name}")]);
    fill();
    let expected = several(&fixture, "y");
    assert_eq!(names, expected.len(), "{case}: outputs");
    for (i, (y, expected)) in forward(&xs, false).iter().zip(&expected).enumerate() {
        near(&format!("y {i}"), y, expected);
        assert_eq!(model.output_shapes()[i], Shape::from(&y.size()[1..]), "{case}: tracked shape");
    }

    let floating = xs[0].is_floating_point();
    let xs: Vec<Tensor> = xs.into_iter().map(|x| if floating { x.set_requires_grad(true) } else { x }).collect();
    let trained = forward(&xs, true);
    if fixture.names().any(|name| name == "y_train") {
        near("y while training", &trained[0], &fixture.tensor("y_train"));
    }
    let variables = trainable_variables(&vs);
    let mut sources: Vec<&Tensor> = variables.iter().map(|(_, variable)| variable).collect();
    sources.extend(xs.iter().filter(|_| floating));
    if !sources.is_empty() {
        let score: Tensor = trained.iter().zip(several(&fixture, "dy")).map(|(y, dy)| (y * dy).sum(None)).sum();
        let gradients = Tensor::run_backward(&[score], &sources, false, false);
        let (of_variables, of_inputs) = gradients.split_at(variables.len());
        for ((name, _), gradient) in variables.iter().zip(of_variables) {
            let name = name.strip_prefix(prefix).unwrap();
            near(&format!("gradient of {name}"), &to_keras(gradient), &fixture.tensor(&format!("grad/{name}")));
        }
        if floating {
            for (gradient, expected) in of_inputs.iter().zip(several(&fixture, "grad/x")) {
                near("gradient of x", gradient, &expected);
            }
        }
    }
    for (name, expected) in fixture.below("after/") {
        near(&format!("{name} after a batch"), &variable(&name), &expected);
    }

    let expected = fixture.below("step3/");
    if kind == Kind::Float || expected.is_empty() {
        return;
    }
    fill();
    let xs: Vec<Tensor> = xs.iter().map(Tensor::detach).collect();
    let mut optimizer = Optimizer::new(variables.into_iter().map(|(_, variable)| variable), Adam::new(1e-2));
    for _ in 0..3 {
        let ys = forward(&xs, true);
        let targets = several(&fixture, "target");
        optimizer.minimize(&ys.iter().zip(&targets).map(|(y, target)| losses::mean_squared_error(target, y)).sum());
    }
    for (name, expected) in expected {
        near(&format!("{name} after three steps"), &variable(&name), &expected);
    }
}

/// A single layer, whose variables the fixture names without its own name.
pub fn check_layer<O: Operation>(case: &str, make: impl Fn(&nn::Path, &Shape) -> anyhow::Result<O>) {
    check(case, "layer/", |inputs| vec![inputs[0].layer("layer", &make)]);
}

/// A chain of layers.
#[allow(dead_code, reason = "not every test needs it")]
pub fn check_net(case: &str, build: impl for<'a> Fn(&Node<'a>) -> Node<'a>) {
    check(case, "", |inputs| vec![build(&inputs[0])]);
}
