use super::source::item;
use super::{Excerpt, summary};
use crate::plot::{Chart, Figure, Line};
use tch::{Device, Kind, Tensor};

const CODE: &str = "\
use std::fmt;

/// A net.
#[derive(Debug)]
pub struct Net {
    size: i64,
}

impl Net {
    /// Makes one.
    pub fn new(size: i64) -> Net {
        if size > 0 {
            return Net { size };
        }
        Net { size: 1 }
    }

    fn new_one() -> Net {
        Net::new(1)
    }
}

pub const SIZE: i64 = 3;
";

#[test]
fn items_are_found_with_their_documentation_and_to_their_last_brace() {
    assert_eq!(item(CODE, "struct Net").unwrap(), "/// A net.\n#[derive(Debug)]\npub struct Net {\n    size: i64,\n}");
    let new = item(CODE, "fn new").unwrap();
    assert!(new.starts_with("/// Makes one.\npub fn new(size") && new.ends_with("\n    Net { size: 1 }\n}"), "{new}");
    assert!(item(CODE, "impl Net").unwrap().ends_with("        Net::new(1)\n    }\n}"));
    assert_eq!(item(CODE, "const SIZE").unwrap(), "pub const SIZE: i64 = 3;");
    assert_eq!(item(CODE, "fn ne"), None);
}

#[test]
fn tensors_are_summed_up() {
    let tensor = Tensor::arange(6000, (Kind::Float, Device::Cpu)).view([60, 100]).set_requires_grad(true);
    let text = summary(&tensor).to_string();
    assert_eq!(text.lines().count(), 2);
    assert!(text.starts_with("[60, 100] Float on cpu, from 0.0000 to 5999.0000, mean 2999.5000\n[0.0000, "), "{text}");
    assert!(text.ends_with(", ...]") && text.len() < 150, "{text}");
    assert_eq!(
        summary(&Tensor::from_slice(&[3i64, -1])).to_string(),
        "[2] Int64 on cpu, from -1 to 3, mean 1.0000\n[3, -1]"
    );
    assert_eq!(summary(&Tensor::zeros([0, 4], (Kind::Float, Device::Cpu))).to_string(), "[0, 4] Float on cpu");
    assert!(summary(&Tensor::from_slice(&[true, false])).to_string().contains("from 0 to 1"));
}

#[test]
fn images_of_a_cell_stand_below_each_other_at_half_their_size() {
    let figure = |size| Figure::of(&Chart::new().with(Line::new("", vec![1.0, 2.0])), size).unwrap();
    let (wide, high) = (figure((3.0, 1.0)).on_screen().unwrap(), figure((2.0, 2.0)).on_screen().unwrap());
    assert_eq!((wide.width(), wide.height()), (300, 100));
    let both = Figure::stacked(&[wide, high]).unwrap();
    assert_eq!((both.width(), both.height()), (300, 316));
}

#[test]
fn players_hold_their_sound() {
    let excerpt = Excerpt { wav: b"RIFF".to_vec(), title: "figures/ch07/07_03_score.wav".to_string() };
    let text = excerpt.evcxr_text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "EVCXR_BEGIN_CONTENT text/html");
    assert!(lines[1].starts_with("<audio controls src=\"data:audio/wav;base64,UklGRg==\"></audio>"), "{text}");
    assert_eq!(lines[3..], ["EVCXR_BEGIN_CONTENT text/plain", "figures/ch07/07_03_score.wav", "EVCXR_END_CONTENT"]);
}
