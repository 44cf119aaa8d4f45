//! What the binary says to wrong settings of the GANs: one clear message, the right exit code, nothing left behind.

use testing::assert_refused;

fn refused(args: &[&str], words: &[&str]) {
    assert_refused(env!("CARGO_BIN_EXE_ch09"), args, 1, words);
}

#[test]
fn wrong_settings_exit_with_1() {
    for (id, setting, words) in [
        ("09_05", "gan.channels=[8]", &["gan.channels", "2 to 7"][..]),
        ("09_05", "gan.channels=[8,0]", &["gan.channels", "1 and 1024"]),
        ("09_05", "gan.channels=[8,8]", &["baseline", "16 x 16"]),
        ("09_05", "gan.schedule.stable_images=0", &["stable_images"]),
        ("09_05", "gan.drift=-1", &["gan.drift"]),
        ("09_05", "gan.average_decay=1", &["average_decay"]),
        ("09_05", "batch_size=6", &["batch_size", "multiple of 4"]),
        ("09_05", "steps_per_epoch=0", &["steps_per_epoch"]),
        ("09_05", "held_out=1", &["held_out"]),
        ("09_05", "fid_samples=50001", &["fid_samples must lie between 2 and 50000"]),
        ("09_06", "gan.nets.attention_side=null", &["attention_side", "self-attention"]),
        ("09_06", "gan.nets.attention_side=32", &["attention_side", "[8, 16]"]),
        ("09_06", "gan.nets.generator=[8,8,8]", &["nets.discriminator has 4 entries"]),
        ("09_06", "gan.discriminator_learning_rate=0", &["discriminator_learning_rate"]),
        ("09_06", "training_images=1", &["training_images"]),
        ("09_06", "fid_samples=1", &["fid_samples must lie between 2 and 50000"]),
        ("09_07", "gan.z_part=0", &["z_part"]),
        ("09_07", "gan.discriminator_steps=0", &["discriminator_steps"]),
        ("09_07", "gan.orthogonality=-1", &["orthogonality"]),
        ("09_08", "gan.first_level=9", &["first_level"]),
        ("09_08", "gan.mixing=2", &["gan.mixing"]),
        ("09_08", "gan.r1_every=0", &["r1_every"]),
        ("09_08", "gan.mapping_layers=0", &["mapping_layers"]),
        ("09_08", "gan.channels=[8,8]", &["three levels"]),
    ] {
        refused(&[id, "--preset", "smoke", "--set", setting], words);
    }
}

#[test]
fn folders_without_images_are_named() {
    let missing = "images=/no/such/folder";
    for id in ["09_05", "09_06", "09_07", "09_08"] {
        refused(&[id, "--preset", "smoke", "--set", missing], &["/no/such/folder"]);
        refused(&[id, "--resume"], &["no run to resume"]);
    }
    let empty = tempfile::tempdir().unwrap();
    let setting = format!("images={}", empty.path().display());
    refused(&["09_05", "--preset", "smoke", "--set", &setting], &["has no images"]);
}
