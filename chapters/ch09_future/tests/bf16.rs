//! The chapter's nets in bf16 beside f32: three steps of each. The policy is the whole process's: one test, in a file of its
//! own.

use ch09::models::attention::AttentionForm;
use ch09::models::bert::{BertConfig, MaskedBert};
use ch09::models::biggan::{BigGan, BigGanConfig};
use ch09::models::blocks::Weights;
use ch09::models::gpt::{Gpt, GptConfig};
use ch09::models::growing::Growth;
use ch09::models::masking::{Draws, MaskedBatch};
use ch09::models::musenet::{EventBatch, MuseNet, MuseNetConfig};
use ch09::models::progan::{ProGan, ProGanConfig};
use ch09::models::residual_nets::ResidualConfig;
use ch09::models::sagan::{Sagan, SaganConfig};
use ch09::models::sparse_attention::{Pattern, Sparse};
use ch09::models::stylegan::{Source, StyleGan, StyleGanConfig};
use ch09::models::styles::Noise;
use ch09::models::translator::{Translator, TranslatorConfig};
use ch09::models::word_pieces::SpecialTokens;
use common::keras::precision::{Precision, set_global_policy};
use common::keras::weights::named_variables;
use common::keras::{Adam, Optimizer};
use std::collections::BTreeMap;
use tch::nn::VarStore;
use tch::{Kind, Tensor};
use testing_tensors::{assert_near, device};

const STEPS: usize = 3;
/// How far a transformer's losses may be off.
const OF_TRANSFORMERS: f64 = 0.02;
/// The same of a GAN's, which depend on gradients.
const OF_GANS: f64 = 0.1;

/// Trains a net.
type Train<'a> = &'a dyn Fn() -> Vec<f64>;

fn random_tokens(most: i64, size: [i64; 2]) -> Tensor {
    Tensor::randint(most, size, (Kind::Int64, device()))
}

/// Random images `[8, 3, side, side]`.
fn images(side: i64) -> Tensor {
    Tensor::rand([8, 3, side, side], (Kind::Float, device())) * 2.0 - 1.0
}

/// The losses of all steps, after a look at their kinds and those of the weights.
fn values(variables: &VarStore, losses: Vec<Tensor>) -> Vec<f64> {
    for (name, variable) in named_variables(variables) {
        assert_eq!(variable.kind(), Kind::Float, "{name}");
    }
    assert!(losses.iter().all(|loss| loss.kind() == Kind::Float), "a loss is no f32");
    losses.iter().map(|loss| loss.double_value(&[])).collect()
}

fn gpt_config() -> GptConfig {
    GptConfig { vocab_size: 40, n_positions: 12, n_embd: 32, n_layer: 2, n_head: 4, dropout: 0.0, ..GptConfig::gpt2() }
}

fn gpt(form: AttentionForm) -> Vec<f64> {
    let variables = VarStore::new(device());
    let gpt = Gpt::new(Weights::New(&variables), &gpt_config()).unwrap();
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(1e-3));
    let tokens = random_tokens(40, [8, 13]);
    let losses = (0..STEPS).map(|_| gpt.train_step(&tokens, form, &mut optimizer)).collect();
    values(&variables, losses)
}

fn musenet(pattern: Pattern) -> Vec<f64> {
    let variables = VarStore::new(device());
    let attention = Sparse { pattern, block: 4, summary: 1 };
    let config = MuseNetConfig { n_positions: 14, n_embd: 32, n_layer: 2, n_head: 4, dropout: 0.0, attention };
    let net = MuseNet::new(Weights::New(&variables), &config, 30).unwrap();
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(1e-3));
    let events = EventBatch { tokens: random_tokens(30, [8, 15]), places: random_tokens(16, [8, 15]) };
    let losses = (0..STEPS).map(|_| net.train_step(&events, &mut optimizer)).collect();
    values(&variables, losses)
}

fn bert() -> Vec<f64> {
    let variables = VarStore::new(device());
    let config = BertConfig {
        vocab_size: 23,
        hidden_size: 32,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        intermediate_size: 48,
        max_position_embeddings: 10,
        hidden_dropout_prob: 0.0,
        ..BertConfig::base()
    };
    let net = MaskedBert::new(Weights::New(&variables), &config).unwrap();
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(1e-3));
    let special = SpecialTokens { pad: 0, cls: 2, sep: 3, mask: 4 };
    let draws = Draws::new(&[8, 10], 23, device());
    let batch = MaskedBatch::new(&random_tokens(23, [8, 10]), 0.5, &special, &draws);
    let losses = (0..STEPS).map(|_| net.train_step(&batch, AttentionForm::Fused, &mut optimizer).loss).collect();
    values(&variables, losses)
}

fn translator() -> Vec<f64> {
    let variables = VarStore::new(device());
    let config = TranslatorConfig { features: 32, heads: 4, layers: 2 };
    let net = Translator::new(Weights::New(&variables), &config, [20, 22], 9).unwrap();
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(1e-3));
    let (source, target) = (random_tokens(19, [8, 7]) + 1, random_tokens(21, [8, 9]) + 1);
    let losses = (0..STEPS).map(|_| net.train_step(&source, &target, &mut optimizer)).collect();
    values(&variables, losses)
}

fn progan() -> Vec<f64> {
    let config = ProGanConfig { channels: vec![16, 12, 8], z_dim: 8, ..ProGanConfig::paper() };
    let gan = ProGan::new(&config, device()).unwrap();
    let (mut optimizers, real) = (gan.optimizers(), images(16));
    let growth = Growth { level: 2, alpha: 0.25 };
    let mut losses = vec![];
    for _ in 0..STEPS {
        let between = Tensor::rand([8, 1, 1, 1], (Kind::Float, device()));
        let d = gan.train_discriminator(&real, &gan.noise(8), &between, growth, &mut optimizers.discriminator);
        losses.extend([d.loss_real, d.loss_fake, d.gradient_penalty]);
        losses.push(gan.train_generator(&gan.noise(8), growth, &mut optimizers.generator));
    }
    assert_eq!(gan.images(&gan.noise(2), growth).kind(), Kind::Float);
    values(&gan.variables, losses)
}

fn stylegan() -> Vec<f64> {
    let config =
        StyleGanConfig { channels: vec![16, 12, 8], z_dim: 8, w_dim: 8, mapping_layers: 3, ..StyleGanConfig::paper() };
    let gan = StyleGan::new(&config, device()).unwrap();
    let (mut optimizers, real) = (gan.optimizers(), images(16));
    let growth = Growth { level: 2, alpha: 0.25 };
    let source = || Source { z: [gan.noise(8), gan.noise(8)], crossover: Some(3), noise: Noise::Random };
    let mut losses = vec![];
    for _ in 0..STEPS {
        let d = gan.train_discriminator(&real, &source(), growth, true, &mut optimizers.discriminator);
        losses.extend([d.loss_real, d.loss_fake, d.r1]);
        losses.push(gan.train_generator(&source(), growth, &mut optimizers.generator));
    }
    assert_eq!(gan.w(&gan.noise(2), &gan.mean_w(), 0.7).kind(), Kind::Float);
    values(&gan.variables, losses)
}

fn residual_nets() -> ResidualConfig {
    ResidualConfig { generator: vec![16, 12, 8], discriminator: vec![8, 12, 16], attention_side: Some(8) }
}

fn sagan() -> Vec<f64> {
    let config = SaganConfig { nets: residual_nets(), z_dim: 8, ..SaganConfig::paper() };
    let gan = Sagan::new(&config, [3, 4], device()).unwrap();
    let (mut optimizers, real) = (gan.optimizers(), images(16));
    let mut losses = vec![];
    for _ in 0..STEPS {
        let classes = gan.random_classes(8);
        let z = gan.noise(8);
        let d = gan.train_discriminator([&real, &classes], [&z, &classes], &mut optimizers.discriminator);
        losses.extend([d.loss_real, d.loss_fake]);
        losses.push(gan.train_generator(&gan.noise(8), &classes, &mut optimizers.generator));
    }
    let attended = gan.attended(&gan.noise(2), &gan.random_classes(2));
    assert_eq!((attended.images.kind(), attended.weights.unwrap().kind()), (Kind::Float, Kind::Float));
    values(&gan.variables, losses)
}

fn biggan() -> Vec<f64> {
    let config = BigGanConfig { nets: residual_nets(), z_part: 4, embedding: 6, ..BigGanConfig::paper() };
    let gan = BigGan::new(&config, [3, 4], device()).unwrap();
    let (mut optimizers, real) = (gan.optimizers(), images(16));
    let mut losses = vec![];
    for _ in 0..STEPS {
        let classes = gan.random_classes(8);
        let z = gan.noise(8);
        let d = gan.train_discriminator([&real, &classes], [&z, &classes], &mut optimizers.discriminator);
        let g = gan.train_generator(&gan.noise(8), &classes, &mut optimizers.generator);
        losses.extend([d.loss_real, d.loss_fake, g.loss]);
    }
    values(&gan.variables, losses)
}

/// Logits of the token after the last, with and without a cache, of weights in f32 and in bf16.
fn next_logits() -> Vec<Tensor> {
    let variables = VarStore::new(device());
    let gpt = Gpt::new(Weights::New(&variables), &gpt_config()).unwrap();
    let given = variables.variables().into_iter().map(|(name, tensor)| (name, tensor.detach().to_kind(Kind::BFloat16)));
    let given: BTreeMap<String, Tensor> = given.collect();
    let half = Gpt::new(Weights::Given(&given), &gpt_config()).unwrap();
    let tokens = random_tokens(40, [2, 9]);
    let mut all = vec![];
    for gpt in [&gpt, &half] {
        let mut cache = gpt.cache(2);
        let _ = gpt.next_logits(&tokens.narrow(1, 0, 6), &mut cache);
        all.push(gpt.next_logits(&tokens.narrow(1, 6, 3), &mut cache).to_kind(Kind::Float));
        all.push(tch::no_grad(|| gpt.logits(&tokens, AttentionForm::Written, false)).select(1, 8).to_kind(Kind::Float));
    }
    all
}

#[test]
fn nets_learn_in_bf16_as_they_do_in_f32() {
    let under = |precision: Precision, train: Train| {
        set_global_policy(precision);
        tch::manual_seed(1);
        train()
    };
    let nets: [(&str, f64, Train); 11] = [
        ("GPT, fused", OF_TRANSFORMERS, &|| gpt(AttentionForm::Fused)),
        ("GPT, written", OF_TRANSFORMERS, &|| gpt(AttentionForm::Written)),
        ("MuseNet, dense", OF_TRANSFORMERS, &|| musenet(Pattern::Dense)),
        ("MuseNet, strided", OF_TRANSFORMERS, &|| musenet(Pattern::Strided)),
        ("MuseNet, fixed", OF_TRANSFORMERS, &|| musenet(Pattern::Fixed)),
        ("BERT", OF_TRANSFORMERS, &bert),
        ("translator", OF_TRANSFORMERS, &translator),
        ("ProGAN", OF_GANS, &progan),
        ("StyleGAN", OF_GANS, &stylegan),
        ("SAGAN", OF_GANS, &sagan),
        ("BigGAN", OF_GANS, &biggan),
    ];
    for (name, band, train) in nets {
        let [full, bf16] = [Precision::F32, Precision::Bf16].map(|precision| under(precision, train));
        assert!(full != bf16, "{name} is computed in f32");
        for (i, (full, bf16)) in full.iter().zip(&bf16).enumerate() {
            assert!((full - bf16).abs() < band * full.abs().max(1.0), "{name}, loss {i}: {bf16}, in f32 {full}");
        }
    }

    let [full, bf16] = [Precision::F32, Precision::Bf16].map(|precision| {
        set_global_policy(precision);
        tch::manual_seed(2);
        next_logits()
    });
    for logits in full.iter().chain(&bf16) {
        assert_near("logits", logits, &full[0], 0.01);
    }
}
