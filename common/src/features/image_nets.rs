use super::FeatureNet;
use super::efficientnet_lite::EfficientNetLite;
use super::inception::Inception;
use anyhow::Result;
use data::{Choice, Store};
use tch::{Device, Tensor};

/// The nets that evaluate colour images: EfficientNet-Lite0 for all measures, and Inception for the FID beside them, if
/// its weights are available.
#[derive(Debug)]
pub struct ImageNets {
    net: EfficientNetLite,
    inception: Option<Inception>,
}

impl ImageNets {
    /// The nets with weights from the data sets; `None`, after a message, if those of EfficientNet-Lite0 are not
    /// available. See [`EfficientNetLite::if_available`] and [`Inception::if_available`].
    pub fn if_available(store: &Store, choice: Choice, device: Device) -> Option<ImageNets> {
        let net = EfficientNetLite::if_available(store, choice, device)?;
        Some(ImageNets { net, inception: Inception::if_available(store, device) })
    }
}

impl FeatureNet for ImageNets {
    fn features(&self, images: &Tensor) -> Result<Tensor> {
        self.net.features(images)
    }

    fn name(&self) -> String {
        self.net.name()
    }

    fn fid_net(&self) -> Option<&dyn FeatureNet> {
        self.inception.as_ref().map(|net| net as &dyn FeatureNet)
    }
}
