//! What 09_04 says to wrong input: one clear message, the right exit code, nothing left behind.

use testing::assert_refused;

#[test]
fn wrong_settings_exit_with_1() {
    for (setting, words) in [
        ("set=piano", &["set=piano", "chorales", "cello"][..]),
        ("midi=/no/such/folder", &["/no/such/folder"]),
        ("loudness_classes=0", &["loudness_classes"]),
        ("net.n_positions=1", &["n_positions"]),
        ("net.n_head=3", &["n_embd", "n_head"]),
        ("net.dropout=1", &["dropout"]),
        ("net.attention.block=0", &["block"]),
        ("net.attention.summary=64", &["summary", "32"]),
        ("net.attention.pattern=sparse", &["net.attention.pattern=sparse", "strided", "fixed"]),
        ("sampling.temperature=-1", &["sampling.temperature"]),
        ("sampling.top_p=0", &["sampling.top_p"]),
        ("piece_events=0", &["piece_events"]),
        ("beginning=-1", &["beginning"]),
        ("compositions=0", &["compositions"]),
        ("timing.lengths=[]", &["timing.lengths"]),
        ("timing.repeats=0", &["timing.repeats"]),
        ("learning_rate=0", &["learning_rate"]),
        ("batch_size=0", &["batch_size"]),
    ] {
        assert_refused(env!("CARGO_BIN_EXE_ch09"), &["09_04", "--set", setting], 1, words);
    }
}
