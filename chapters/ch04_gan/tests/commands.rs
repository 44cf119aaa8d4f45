//! What the binary says to wrong input: one clear message, the right exit code, nothing left behind.

use testing::assert_refused;

fn refused(args: &[&str], code: i32, words: &[&str]) {
    assert_refused(env!("CARGO_BIN_EXE_ch04"), args, code, words);
}

#[test]
fn wrong_usage_exits_with_2() {
    refused(&["04_99"], 2, &["04_99", "04_01"]);
    refused(&["04_01", "--epochs", "0"], 2, &["--epochs"]);
    refused(&["bench", "--model", "vae"], 2, &["vae", "gan_camel", "wgangp_faces_critic"]);
}

#[test]
fn wrong_settings_exit_with_1() {
    refused(&["04_01", "--set", "category=camle"], 1, &["camle", "camel"]);
    refused(&["04_01", "--set", "category=zebra"], 1, &["zebra", "camel"]);
    refused(
        &["04_01", "--set", "learning_rates.critic=1"],
        1,
        &["learning_rates.critic", "learning_rates.discriminator"],
    );
    refused(&["04_01", "--set", "net.activation=tanh"], 1, &["net.activation=tanh", "leaky_relu"]);
    refused(&["04_01", "--set", "net.critic_dropout_rate=1"], 1, &["critic_dropout_rate"]);
    refused(&["04_01", "--set", "net.generator_upsample=[2,2]"], 1, &["generator_upsample", "4"]);
    refused(&["04_01", "--set", "net.generator_upsample=[2,1,1,1]"], 1, &["14, 14, 1", "28, 28, 1"]);
    refused(&["04_01", "--set", "batch_size=1"], 1, &["batch_size"]);
    refused(&["04_01", "--set", "drawings=0"], 1, &["drawings"]);
    refused(&["04_02", "--set", "class=10"], 1, &["class", "9"]);
    refused(&["04_02", "--set", "clip_threshold=-1"], 1, &["clip_threshold"]);
    refused(&["04_02", "--set", "n_critic=0"], 1, &["n_critic"]);
    refused(&["04_02", "--set", "fid_samples=1"], 1, &["fid_samples must lie between 2 and 50000"]);
    refused(&["04_03", "--set", "grad_weight=-1"], 1, &["grad_weight"]);
    refused(&["04_03", "--set", "net.z_dim=100000"], 1, &["generator_dense", "100 million"]);
    refused(&["04_03", "--resume"], 1, &["no run to resume"]);
}
