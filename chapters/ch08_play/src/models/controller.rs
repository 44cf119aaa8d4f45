//! The controller (pp. 302-303): one dense layer from what is seen and remembered to an action.

use anyhow::{Result, ensure};
use common::keras::{Activation, Model, Net, Units};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Steering, gas, brake.
pub const ACTIONS: i64 = 3;

/// Sizes of what the controller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControllerConfig {
    /// Latent dimensions of the image.
    pub z_dim: i64,
    /// Units of the memory.
    pub hidden: i64,
}

impl ControllerConfig {
    /// The number of weights: 867 in the book.
    pub fn weights(&self) -> usize {
        ((self.z_dim + self.hidden + 1) * ACTIONS) as usize
    }
}

/// One controller: (z, h) -> action.
#[derive(Debug)]
pub struct Controller {
    /// All weights.
    pub variables: VarStore,
    /// `[z_dim]` and `[hidden]` -> three numbers from -1 to 1; [`act`] turns them to an action.
    pub model: Model,
    kernel: Tensor,
    bias: Tensor,
}

impl Controller {
    /// A controller whose weights are all 0, where evolution starts.
    ///
    /// # Errors
    /// The sizes are out of bounds.
    pub fn new(config: &ControllerConfig, device: Device) -> Result<Controller> {
        let variables = VarStore::new(device);
        let net = Net::new(&variables.root());
        let (z, h) = (net.input("z", [config.z_dim]), net.input("h", [config.hidden]));
        let action = z.concatenate(&[&h]).dense("action", Units::new(ACTIONS).activation(Activation::Tanh));
        let model = net.model("controller", &[&z, &h], &[&action])?;
        let mut named = variables.variables();
        let mut zero = |name: &str| {
            let mut variable = named.remove(name).unwrap_or_else(|| unreachable!("a dense layer has {name}"));
            let _ = tch::no_grad(|| variable.zero_());
            variable
        };
        let (kernel, bias) = (zero("action.kernel"), zero("action.bias"));
        Ok(Controller { variables, model, kernel, bias })
    }

    /// All weights in one row: the kernel `[z_dim + hidden, 3]`, then the bias `[3]`.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn weights(&self) -> Result<Vec<f64>> {
        let row = Tensor::cat(&[self.kernel.reshape(-1), self.bias.shallow_clone()], 0);
        Ok(row.detach().to_device(Device::Cpu).to_kind(Kind::Double).try_into()?)
    }

    /// Changes all weights.
    ///
    /// # Errors
    /// There are more or fewer.
    pub fn set_weights(&mut self, weights: &[f64]) -> Result<()> {
        let kernel = self.kernel.numel();
        ensure!(
            weights.len() == kernel + self.bias.numel(),
            "the controller has {} weights, not {}",
            kernel + self.bias.numel(),
            weights.len()
        );
        let row = Tensor::from_slice(weights).to_kind(Kind::Float).to_device(self.variables.device());
        tch::no_grad(|| {
            self.kernel.copy_(&row.narrow(0, 0, kernel as i64).view_as(&self.kernel));
            self.bias.copy_(&row.narrow(0, kernel as i64, ACTIONS));
        });
        Ok(())
    }
}

/// The actions `[n, 3]` of `n` controllers (`weights` is `[n, 867]`), each on its own row of z `[n, z_dim]` and h
/// `[n, hidden]`: the hyperbolic tangent, of which gas and brake take (t + 1) / 2 (p. 303).
pub fn act(weights: &Tensor, z: &Tensor, h: &Tensor) -> Tensor {
    let n = z.size()[0];
    let input = Tensor::cat(&[z, h], 1).unsqueeze(1); // [n, 1, z + h]
    let kernel = weights.narrow(1, 0, weights.size()[1] - ACTIONS).view([n, -1, ACTIONS]); // [n, z + h, 3]
    let bias = weights.narrow(1, weights.size()[1] - ACTIONS, ACTIONS).unsqueeze(1);
    let t = bias.baddbmm(&input, &kernel, 1.0, 1.0).squeeze_dim(1).tanh(); // [n, 3]
    let pedals = (t.narrow(1, 1, 2) + 1.0) * 0.5;
    Tensor::cat(&[t.narrow(1, 0, 1), pedals], 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing_tensors::assert_near_absolute;

    #[test]
    fn each_row_has_its_own_controller() {
        tch::manual_seed(3);
        let config = ControllerConfig { z_dim: 32, hidden: 256 };
        assert_eq!(config.weights(), 867);
        let (z, h) =
            (Tensor::randn([2, 32], (Kind::Float, Device::Cpu)), Tensor::randn([2, 256], (Kind::Float, Device::Cpu)));
        let weights = Tensor::randn([2, 867], (Kind::Float, Device::Cpu)) * 0.1;
        let actions = act(&weights, &z, &h);
        for row in 0..2 {
            let mut controller = Controller::new(&config, Device::Cpu).unwrap();
            assert_eq!(controller.model.summary().parameters(), 867);
            assert_eq!(controller.weights().unwrap(), vec![0.0; 867]);
            let of_row = Vec::<f64>::try_from(weights.get(row).to_kind(Kind::Double)).unwrap();
            controller.set_weights(&of_row).unwrap();
            assert_eq!(controller.weights().unwrap(), of_row);
            let inputs = [z.narrow(0, row, 1), h.narrow(0, row, 1)];
            let [t] = controller.model.forward_all(&[&inputs[0], &inputs[1]], false);
            let expected = Tensor::cat(&[t.narrow(1, 0, 1), (t.narrow(1, 1, 2) + 1.0) / 2.0], 1);
            assert_near_absolute("action", &actions.narrow(0, row, 1), &expected, 1e-6);
        }
        let error = Controller::new(&config, Device::Cpu).unwrap().set_weights(&[0.0; 3]).unwrap_err();
        assert_eq!(error.to_string(), "the controller has 867 weights, not 3");
    }
}
