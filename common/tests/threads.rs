//! Fewer threads than OpenMP is asked for, in a process of its own: the limit is read when the program starts.

use common::keras::{Conv, Model, Optimizer, RmsProp, Sequential};
use std::process::Command;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

#[test]
fn a_thread_that_computed_before_is_cut_too() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "trains_after_another_thread_found_the_limit", "--ignored"]);
    let output = child.env("OMP_THREAD_LIMIT", "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Without the cut in this thread, oneDNN waits for ever for a second thread.
#[test]
#[ignore = "the child of the test above"]
fn trains_after_another_thread_found_the_limit() {
    let _ = (Tensor::ones([1_000_000], (Kind::Float, Device::Cpu)) + 1.0).sum(Kind::Float);
    std::thread::spawn(|| drop(net())).join().unwrap();
    let (variables, model) = net();
    let mut optimizer = Optimizer::for_variables(&variables, RmsProp::new(1e-3));
    let x = Tensor::rand([32, 1, 28, 28], (Kind::Float, Device::Cpu));
    for _ in 0..3 {
        let loss = model.forward_t(&x, true).square().mean(None);
        optimizer.minimize(&loss);
        assert!(loss.double_value(&[]).is_finite());
    }
}

fn net() -> (VarStore, Model) {
    let variables = VarStore::new(Device::Cpu);
    let x = Sequential::input(&variables.root(), [28, 28, 1]).conv2d("a", Conv::new(32, 3)).relu();
    let x = x.conv2d("b", Conv::new(64, 3).strides(2)).relu().conv2d("c", Conv::new(64, 3));
    let model = x.model("net").unwrap();
    (variables, model)
}
