//! The checkpoint of a run, as a training resumes from it and goes on.
#![no_main]

use common::keras::{Adam, Optimizer, Sequential};
use common::training::{CheckpointFile, Plan, RunFolder, TrainState, Training};
use tch::kind::FLOAT_CPU;
use tch::nn::VarStore;
use tch::{Device, Tensor};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let run = fuzz::scratch().join("run");
    fuzz::file("run/weights/checkpoint.safetensors", bytes);
    let variables = VarStore::new(Device::Cpu);
    Sequential::input(&variables.root(), [2]).dense("dense", 1).model("net").expect("it fits");
    let checkpoint = CheckpointFile::of(&run);
    let _ = checkpoint.epochs();
    let _ = checkpoint.load_weights(&variables);
    let optimizer = Optimizer::for_variables(&variables, Adam::new(1e-3));
    let state =
        TrainState::new(&variables).optimizer("adam", &optimizer).tensor("buffer", &Tensor::zeros([2], FLOAT_CPU));
    let plan = Plan { epochs: 2, batches: 3, seed: 1 };
    if let Ok(mut training) = Training::start(&RunFolder::new(run), plan, state) {
        let _ = training.history().map(|history| history.metric("loss"));
        let _ = training.next();
    }
});
