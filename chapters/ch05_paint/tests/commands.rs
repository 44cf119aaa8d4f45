//! What the binary says to wrong input: one clear message, the right exit code, nothing left behind.

use testing::{Chapter, assert_refused};

fn refused(args: &[&str], code: i32, words: &[&str]) {
    assert_refused(env!("CARGO_BIN_EXE_ch05"), args, code, words);
}

#[test]
fn wrong_usage_exits_with_2() {
    refused(&["05_99"], 2, &["05_99", "05_01"]);
    refused(&["05_01", "--epochs", "0"], 2, &["--epochs"]);
    refused(&["bench", "--model", "vae"], 2, &["vae", "cyclegan_apples", "cyclegan_monet"]);
}

#[test]
fn wrong_settings_exit_with_1() {
    refused(&["05_01", "--set", "net.generator_type=vgg"], 1, &["net.generator_type=vgg", "unet", "resnet"]);
    refused(&["05_01", "--set", "net.input_dim=[120,128,3]"], 1, &["g_AB", "120"]);
    refused(&["05_01", "--set", "net.input_dim=[128,128,1]"], 1, &["input_dim", "3 channels"]);
    refused(&["05_02", "--set", "net.input_dim=[34,34,3]"], 1, &["g_AB", "multiples of 4"]);
    refused(&["05_01", "--set", "net.gen_n_filters=0"], 1, &["d1", "0"]);
    refused(&["05_01", "--set", "weights.id=-1"], 1, &["weights.id"]);
    refused(&["05_01", "--set", "buffer_max_length=0"], 1, &["buffer_max_length"]);
    refused(&["05_01", "--set", "batch_size=60"], 1, &["buffer_max_length", "batch_size"]);
    refused(&["05_01", "--set", "images=0"], 1, &["images"]);
    refused(&["05_01", "--set", "learning_rate=0"], 1, &["learning_rate"]);
    refused(&["05_01", "--resume"], 1, &["no run to resume"]);
}

#[test]
fn folders_without_images_are_named() {
    let dir = Chapter::new(env!("CARGO_BIN_EXE_ch05"));
    let empty = dir.path("empty");
    std::fs::create_dir_all(&empty).unwrap();
    let set = |key: &str, path: &std::path::Path| format!("{key}={}", path.display());
    let (a, b, none) = (set("a", &empty), set("b", &empty), set("b", &dir.path("none")));
    refused(&["05_01", "--set", &a], 1, &["both folders", "--set b=DIR"]);
    refused(&["05_01", "--set", &a, "--set", &b], 1, &["empty", "no images", "jpg"]);
    refused(&["05_01", "--set", &a.replace("empty", "none"), "--set", &none], 1, &["none", "cannot read the folder"]);
}

#[test]
fn damaged_images_are_named_before_a_run_is_created() {
    let dir = Chapter::new(env!("CARGO_BIN_EXE_ch05"));
    let (folder, text, cut) = (dir.path("text"), dir.path("text/one.jpg"), dir.path("cut.png"));
    std::fs::create_dir_all(&folder).unwrap();
    for path in [&text, &dir.path("text/two.jpg")] {
        std::fs::write(path, "no image").unwrap();
    }
    let mut png = std::io::Cursor::new(vec![]);
    image::RgbImage::new(64, 64).write_to(&mut png, image::ImageFormat::Png).unwrap();
    std::fs::write(&cut, &png.get_ref()[..png.get_ref().len() / 2]).unwrap();

    let set = |key: &str, path: &std::path::Path| format!("{key}={}", path.display());
    let (a, b) = (set("a", &folder), set("b", &folder));
    refused(&["05_01", "--set", &a, "--set", &b], 1, &["two.jpg", "no image of a batch can be read"]);
    let style = |path: &std::path::Path, words: &[&str]| {
        refused(&["05_03", "--preset", "smoke", "--set", &set("style", path)], 1, words);
    };
    style(&cut, &["cut.png", "the file is truncated"]);
    style(&text, &["one.jpg", "format"]);
}
