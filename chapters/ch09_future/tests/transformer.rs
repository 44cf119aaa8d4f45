//! The transformer against Hugging Face's `transformers` (`tests/fixtures/make_gpt2_fixtures.py`), and with itself.

use ch09::models::attention::{AttentionForm, Mask, attention};
use ch09::models::blocks::Weights;
use ch09::models::generation::{Length, Sampling};
use ch09::models::gpt::{Gpt, GptConfig};
use ch09::models::gpt2_file;
use ch09::models::translator::{END, START, Translator, TranslatorConfig};
use common::keras::{Adam, Optimizer};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};
use testing_tensors::{Fixture, assert_near_absolute, take_turn};

const FOLDER: &str = "tests/fixtures/gpt2";
const GREEDY: Sampling = Sampling { temperature: 0.0, top_k: 0, top_p: 1.0 };

fn published() -> Gpt {
    gpt2_file::open(Path::new(FOLDER), Device::Cpu).unwrap()
}

fn small() -> GptConfig {
    GptConfig { vocab_size: 20, n_positions: 8, n_embd: 16, n_layer: 2, n_head: 2, dropout: 0.0, ..GptConfig::gpt2() }
}

#[test]
fn logits_loss_and_attention_equal_those_of_transformers() {
    let _turn = take_turn();
    let fixture = Fixture::open("tests/fixtures/gpt2.npz");
    let (gpt, tokens) = (published(), fixture.tensor("tokens"));
    assert!(gpt.is_mapped());
    for form in [AttentionForm::Written, AttentionForm::Fused] {
        assert_near_absolute("logits", &gpt.logits(&tokens, form, false), &fixture.tensor("logits"), 1e-4);
        let loss = gpt.loss(&tokens, form, false).double_value(&[]);
        assert!((loss - fixture.number("loss")).abs() < 1e-5, "{loss}");
    }
    let attention = gpt.attention_weights(&tokens.narrow(0, 0, 1));
    assert_near_absolute("attention", &attention, &fixture.tensor("attention"), 1e-5);
}

#[test]
fn gradients_equal_those_of_transformers() {
    let _turn = take_turn();
    let fixture = Fixture::open("tests/fixtures/gpt2.npz");
    let published = published();
    let store = VarStore::new(Device::Cpu);
    let config = GptConfig { dropout: 0.0, ..published.config };
    let gpt = Gpt::new(Weights::New(&store), &config).unwrap();
    let file = common::keras::MappedWeights::open(&Path::new(FOLDER).join("model.safetensors")).unwrap();
    let variables = store.variables();
    tch::no_grad(|| {
        variables.iter().for_each(|(name, variable)| variable.shallow_clone().copy_(&file.tensors()[name]))
    });
    for form in [AttentionForm::Written, AttentionForm::Fused] {
        variables.values().for_each(|variable| variable.shallow_clone().zero_grad());
        gpt.loss(&fixture.tensor("tokens"), form, true).backward();
        let gradients: Vec<&str> = fixture.names().filter(|name| name.starts_with("gradient/")).collect();
        assert_eq!(gradients.len(), 5);
        for name in gradients {
            let gradient = variables[name.trim_start_matches("gradient/")].grad();
            assert_near_absolute(name, &gradient, &fixture.tensor(name), 1e-5);
        }
    }
}

#[test]
fn generation_equals_that_of_transformers_with_and_without_a_cache() {
    let _turn = take_turn();
    let fixture = Fixture::open("tests/fixtures/gpt2.npz");
    let gpt = published();
    let begin = Vec::<i64>::try_from(fixture.tensor("tokens").get(0).narrow(0, 0, 4)).unwrap();
    let due = Vec::<i64>::try_from(fixture.tensor("greedy")).unwrap();
    let length = Length { tokens: due.len(), end: None };
    assert_eq!(gpt.generate(&begin, length, &GREEDY, 1).unwrap(), due);
    assert_eq!(gpt.generate_without_cache(&begin, length, &GREEDY, 1).unwrap(), due);
    // Beyond the 24 positions, too; by chance, too.
    let length = Length { tokens: 60, end: None };
    let chance = Sampling { temperature: 1.0, top_k: 30, top_p: 0.95 };
    let with_cache = gpt.generate(&begin, length, &chance, 7).unwrap();
    assert_eq!(with_cache.len(), 60);
    assert_eq!(gpt.generate_without_cache(&begin, length, &chance, 7).unwrap(), with_cache);
    assert_ne!(gpt.generate(&begin, length, &chance, 8).unwrap(), with_cache);
    // The end token ends a text.
    let end = Length { tokens: 60, end: Some(with_cache[5]) };
    let until = with_cache.iter().position(|token| *token == with_cache[5]).unwrap();
    assert_eq!(gpt.generate(&begin, end, &chance, 7).unwrap(), with_cache[..until]);
    for (wrong, words) in [(vec![], "no token"), (vec![1; 25], "25 tokens"), (vec![61], "number 61")] {
        let error = gpt.generate(&wrong, length, &chance, 7).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// The fixture's tensors in another precision, in a folder of their own.
fn in_kind(kind: Kind, change: impl Fn(&mut BTreeMap<String, Tensor>)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = Path::new(FOLDER).join("model.safetensors");
    let (mut tensors, _) = common::keras::weights::read_file(&path).unwrap();
    tensors.values_mut().for_each(|tensor| *tensor = tensor.to_kind(kind));
    change(&mut tensors);
    common::keras::weights::write_file(&folder.path().join("model.safetensors"), tensors, [].into()).unwrap();
    fs::copy(Path::new(FOLDER).join("config.json"), folder.path().join("config.json")).unwrap();
    folder
}

#[test]
fn weights_in_half_precision_are_used_as_they_are() {
    let _turn = take_turn();
    let fixture = Fixture::open("tests/fixtures/gpt2.npz");
    let (tokens, exact) = (fixture.tensor("tokens"), fixture.tensor("logits"));
    let folder = in_kind(Kind::BFloat16, |_| ());
    let gpt = gpt2_file::open(folder.path(), Device::Cpu).unwrap();
    assert_eq!(gpt.kind(), Kind::BFloat16);
    let logits = gpt.logits(&tokens, AttentionForm::Fused, false).to_kind(Kind::Float);
    // As far from the exact logits as those of `transformers` in the same precision.
    let spread = |logits: &Tensor| (logits - &exact).abs().mean(Kind::Float).double_value(&[]);
    let theirs = spread(&fixture.tensor("bf16_logits"));
    assert!(spread(&logits) < 1.5 * theirs, "{} {theirs}", spread(&logits));
    assert_eq!(gpt.generate(&[1, 2], Length { tokens: 5, end: None }, &GREEDY, 1).unwrap().len(), 5);
}

#[test]
fn other_files_are_refused_with_one_message() {
    let _turn = take_turn();
    let open = |folder: &Path| format!("{:#}", gpt2_file::open(folder, Device::Cpu).unwrap_err());
    let changed = |change: fn(&mut BTreeMap<String, Tensor>)| open(in_kind(Kind::Float, change).path());
    let lacks = changed(|tensors| drop(tensors.remove("h.1.ln_2.bias")));
    assert!(lacks.contains("lacks the tensor h.1.ln_2.bias") && lacks.contains("is not GPT-2"), "{lacks}");
    let shape =
        changed(|tensors| drop(tensors.insert("ln_f.bias".into(), Tensor::zeros([3], (Kind::Float, Device::Cpu)))));
    assert!(shape.contains("ln_f.bias has the shape [3]"), "{shape}");
    let kind =
        changed(|tensors| drop(tensors.insert("ln_f.bias".into(), Tensor::zeros([32], (Kind::Int64, Device::Cpu)))));
    assert!(kind.contains("not of floating-point numbers"), "{kind}");

    let folder = tempfile::tempdir().unwrap();
    assert!(open(folder.path()).contains("cannot read weights from"), "{}", open(folder.path()));
    let file = folder.path().join("model.safetensors");
    let bytes = fs::read(Path::new(FOLDER).join("model.safetensors")).unwrap();
    for (content, words) in [
        (&[][..], "it is empty"),
        (&bytes[..bytes.len() - 1], "damaged"),
        (&bytes[..100], "damaged"),
        (b"<!doctype html>", "a web page"),
        (b"version https://git-lfs", "git lfs pull"),
    ] {
        fs::write(&file, content).unwrap();
        assert!(open(folder.path()).contains(words), "{}", open(folder.path()));
    }
    fs::write(&file, &bytes).unwrap();
    for (config, words) in [("{", "config.json"), ("{\"n_layer\": 2}", "not the sizes of GPT-2")] {
        fs::write(folder.path().join("config.json"), config).unwrap();
        assert!(open(folder.path()).contains(words), "{}", open(folder.path()));
    }
    fs::remove_file(folder.path().join("config.json")).unwrap();
    assert!(open(folder.path()).contains("no multiple of 64"), "{}", open(folder.path()));
}

#[test]
fn the_published_sizes_have_the_published_counts() {
    let _turn = take_turn();
    let sizes = |n_embd, n_layer, n_head| GptConfig { n_embd, n_layer, n_head, ..GptConfig::gpt2() }.parameters();
    assert_eq!(sizes(768, 12, 12), 124_439_808);
    assert_eq!(sizes(1024, 24, 16), 354_823_168);
    assert_eq!(sizes(1280, 36, 20), 774_030_080);
    assert_eq!(sizes(1600, 48, 25), 1_557_611_200);
    let store = VarStore::new(Device::Cpu);
    Gpt::new(Weights::New(&store), &small()).unwrap();
    let values: usize = store.variables().values().map(Tensor::numel).sum();
    assert_eq!(values as i64, small().parameters());
}

#[test]
fn written_and_fused_attention_are_equal_with_every_mask() {
    let _turn = take_turn();
    tch::manual_seed(2);
    let random = |time| Tensor::randn([2, 3, time, 8], (Kind::Float, Device::Cpu));
    let (k, v) = (random(7), random(7));
    let seen = Tensor::rand([2, 1, 1, 7], (Kind::Float, Device::Cpu)).gt(0.3).logical_or(&Tensor::from_slice(&[true]));
    for (queries, mask) in
        [(7, Mask::None), (7, Mask::Causal), (3, Mask::Causal), (1, Mask::Causal), (5, Mask::Seen(seen))]
    {
        let q = random(queries);
        let written = attention(&q, &k, &v, &mask, AttentionForm::Written);
        let fused = attention(&q, &k, &v, &mask, AttentionForm::Fused);
        assert_near_absolute("values", &fused.values, &written.values, 1e-5);
        let weights = written.weights.unwrap();
        assert_near_absolute(
            "sums",
            &weights.sum_dim_intlist(-1, false, Kind::Float),
            &Tensor::ones([2, 3, queries], (Kind::Float, Device::Cpu)),
            1e-5,
        );
        assert!(fused.weights.is_none());
    }
    // The queries are the last ones: the first of three sees five of seven keys.
    let weights = attention(&random(3), &k, &v, &Mask::Causal, AttentionForm::Written).weights.unwrap();
    assert_eq!(weights.narrow(2, 0, 1).gt(0.0).sum(Kind::Int64).int64_value(&[]), 2 * 3 * 5);
}

#[test]
fn a_small_net_learns_a_row_by_heart() {
    let _turn = take_turn();
    tch::manual_seed(3);
    let store = VarStore::new(Device::Cpu);
    let gpt = Gpt::new(Weights::New(&store), &small()).unwrap();
    let row = [3i64, 1, 4, 1, 5, 9, 2, 6, 5];
    let tokens = Tensor::from_slice(&row).unsqueeze(0);
    let mut optimizer = Optimizer::for_variables(&store, Adam::new(1e-2));
    let first = gpt.train_step(&tokens, AttentionForm::Fused, &mut optimizer).double_value(&[]);
    assert!((first - 20f64.ln()).abs() < 0.5, "{first}");
    for _ in 0..150 {
        let _ = gpt.train_step(&tokens, AttentionForm::Written, &mut optimizer);
    }
    let last = gpt.loss(&tokens, AttentionForm::Fused, false).double_value(&[]);
    assert!(last < 0.05, "{last}");
    assert_eq!(gpt.generate(&row[..1], Length { tokens: 7, end: None }, &GREEDY, 1).unwrap(), row[1..8]);
}

#[test]
fn a_small_translator_learns_to_turn_words_round() {
    let _turn = take_turn();
    tch::manual_seed(4);
    let store = VarStore::new(Device::Cpu);
    let config = TranslatorConfig { features: 32, heads: 4, layers: 1 };
    let translator = Translator::new(Weights::New(&store), &config, [8, 8], 8).unwrap();
    let mut optimizer = Optimizer::for_variables(&store, Adam::new(3e-3));
    let all: Vec<[i64; 3]> = (0..125).map(|i| [3 + i / 25, 3 + i / 5 % 5, 3 + i % 5]).collect();
    let rows = |order: [usize; 3]| {
        let rows = all.iter().flat_map(|words| [START, words[order[0]], words[order[1]], words[order[2]], END]);
        Tensor::from_slice(&rows.collect::<Vec<i64>>()).view([-1, 5])
    };
    let (source, target) = (rows([0, 1, 2]), rows([2, 1, 0]));
    for _ in 0..200 {
        let _ = translator.train_step(&source, &target, &mut optimizer);
    }
    let written = translator.translate(&source, 4);
    assert_eq!(
        written.eq_tensor(&target.narrow(1, 1, 4)).all().int64_value(&[]),
        1,
        "{}",
        translator.loss(&source, &target, false)
    );
    // Padding after a sentence changes nothing.
    let padded = source.constant_pad_nd([0, 2]);
    assert_eq!(translator.translate(&padded, 4), written);
    let read = translator.read(&source, false);
    assert_eq!(translator.write(&target, &read, false).cross.size(), [1, 125, 4, 5, 5]);
}
