use std::fmt;
use std::io::Write;
use tch::{Device, Kind, Tensor};

/// Number of values that are printed.
const SHOWN: i64 = 6;

/// Summary of a tensor: shape, kind, device, range, and its first values.
#[derive(Debug)]
pub struct Summary<'a>(&'a Tensor);

/// Summarizes a tensor in one or two lines.
pub fn summary(tensor: &Tensor) -> Summary<'_> {
    Summary(tensor)
}

impl Summary<'_> {
    /// Displays it in a notebook; evcxr calls it for the last expression of a cell.
    pub fn evcxr_display(&self) {
        let _ = writeln!(std::io::stdout().lock(), "EVCXR_BEGIN_CONTENT text/plain\n{self}\nEVCXR_END_CONTENT");
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let tensor = self.0;
        if !tensor.defined() {
            return f.write_str("no tensor");
        }
        let device = crate::device::name(tensor.device());
        write!(f, "{:?} {:?} on {device}", tensor.size(), tensor.kind())?;
        let count = tensor.numel() as i64;
        if count == 0 || matches!(tensor.kind(), Kind::ComplexHalf | Kind::ComplexFloat | Kind::ComplexDouble) {
            return Ok(());
        }
        let plain = tensor.detach().to_device(Device::Cpu).to_kind(Kind::Double);
        let number = |value: f64| if tensor.is_floating_point() { format!("{value:.4}") } else { format!("{value}") };
        let [low, mean, high] = [plain.min(), plain.mean(None), plain.max()].map(|value| value.double_value(&[]));
        write!(f, ", from {} to {}, mean {mean:.4}", number(low), number(high))?;
        let flat = plain.reshape([-1]);
        let first: Vec<String> = (0..count.min(SHOWN)).map(|i| number(flat.double_value(&[i]))).collect();
        write!(f, "\n[{}{}]", first.join(", "), if count > SHOWN { ", ..." } else { "" })
    }
}
