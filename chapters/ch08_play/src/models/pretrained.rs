//! V, M and C as they come with this chapter: `pretrained/`, whose card says how they were made. They know Gymnasium's
//! CarRacing.

use super::controller::{Controller, ControllerConfig};
use super::mdn_rnn::{MdnRnn, MdnRnnConfig};
use super::rollouts::Environment;
use super::vae::{Vae, VaeConfig};
use anyhow::Result;
use common::keras::weights;
use common::training::DataInfo;
use tch::Device;

/// The files, in half precision.
const VAE: &[u8] = include_bytes!("../../pretrained/vae.safetensors");
const MDN_RNN: &[u8] = include_bytes!("../../pretrained/mdn_rnn.safetensors");
const CONTROLLER: &[u8] = include_bytes!("../../pretrained/controller.safetensors");

/// Where they drive.
pub const ENVIRONMENT: Environment = Environment::Gymnasium;

/// V.
///
/// # Errors
/// libtorch fails.
pub fn vae(device: Device) -> Result<Vae> {
    let vae = Vae::new(&VaeConfig::book(), device)?;
    weights::load_bytes(&vae.variables, "pretrained/vae.safetensors", VAE)?;
    Ok(vae)
}

/// M.
///
/// # Errors
/// libtorch fails.
pub fn memory(device: Device) -> Result<MdnRnn> {
    let rnn = MdnRnn::new(&MdnRnnConfig::book(), device)?;
    weights::load_bytes(&rnn.variables, "pretrained/mdn_rnn.safetensors", MDN_RNN)?;
    Ok(rnn)
}

/// Sizes of a controller for them.
pub fn controller_config() -> ControllerConfig {
    let MdnRnnConfig { z_dim, units, .. } = MdnRnnConfig::book();
    ControllerConfig { z_dim, hidden: units }
}

/// C.
///
/// # Errors
/// libtorch fails.
pub fn controller() -> Result<Controller> {
    let controller = Controller::new(&controller_config(), Device::Cpu)?;
    weights::load_bytes(&controller.variables, "pretrained/controller.safetensors", CONTROLLER)?;
    Ok(controller)
}

/// V and M, as the data of a controller's run.
pub fn info() -> DataInfo {
    let own = DataInfo::own("car_racing", "CarRacing", &[VAE, MDN_RNN].concat());
    DataInfo { origin: "the pretrained nets".to_string(), ..own }
}
