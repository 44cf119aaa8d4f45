//! Words of commands that are printed, to be copied into a shell.

/// A word, quoted if a shell would take it apart: `'my weights.h5'`.
pub fn quoted(word: &str) -> String {
    // Only a zero byte cannot be quoted.
    shlex::try_quote(word).map_or_else(|_| word.to_string(), String::from)
}

/// A setting `key=value` with its value quoted.
pub fn setting(setting: &str) -> String {
    match setting.split_once('=') {
        Some((key, value)) => format!("{key}={}", quoted(value)),
        None => quoted(setting),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        assert_eq!(quoted("/home/a/w.safetensors"), "/home/a/w.safetensors");
        assert_eq!(quoted("my weights"), "'my weights'");
        assert_eq!(quoted("$HOME"), "'$HOME'");
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(setting("net.layers=[1, 2]"), "net.layers='[1, 2]'");
        assert_eq!(setting("epochs=5"), "epochs=5");
    }
}
