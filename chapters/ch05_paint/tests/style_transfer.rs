//! Style transfer against tf.keras and scipy (`fixtures/make_style_fixtures.py`), and through the chapter's binary.

use ch05::models::style_images::{
    Size, as_batch, deprocess, grey, load, luminance, matched, preprocess, with_colors_of,
};
use ch05::models::style_lbfgs::Lbfgs;
use ch05::models::style_transfer::{Layers, LossWeights, StyleTransfer, gram_matrix, values};
use ch05::models::vgg::Vgg19;
use ch05::models::vgg_weights::VggWeights;
use common::keras::weights::read_file;
use common::training::{Encoded, RunFolder};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;
use tch::{Device, Kind, Tensor};
use testing::{Chapter, assert_refused, gallery};
use testing_tensors::{Fixture, assert_equal, assert_near, assert_near_relative, device};

/// The net of the fixture: the first three convolutions.
fn vgg(fixture: &Fixture) -> Rc<Vgg19> {
    let tensors = fixture.below("w/").into_iter().map(|(name, tensor)| (name, tensor.to_kind(Kind::Float)));
    let weights =
        VggWeights { tensors: tensors.collect(), shift: [0.0; 3], net: "VGG19", origin: "the fixture".to_string() };
    Rc::new(Vgg19::new(weights, device()).unwrap())
}

fn transfer(fixture: &Fixture) -> StyleTransfer {
    let vgg = vgg(fixture);
    let [content, style] = ["content", "style"].map(|name| preprocess(&(fixture.tensor(name) / 255.0)));
    StyleTransfer::new(&vgg, &content, &style, Layers::book(&vgg), LossWeights::FIGURE).unwrap()
}

#[test]
fn features_and_gram_matrices_are_those_of_keras() {
    let fixture = Fixture::open("tests/fixtures/style.npz");
    let vgg = vgg(&fixture);
    let x = fixture.tensor("x");
    for name in vgg.names() {
        let maps = vgg.features(&as_batch(&x), &[name]).unwrap().remove(0);
        let nhwc = maps.squeeze_dim(0).permute([1, 2, 0]).to_kind(Kind::Double);
        assert_near(name, &nhwc, &fixture.tensor(&format!("features/{name}")), 1e-5);
        let gram = gram_matrix(&maps).to_kind(Kind::Double);
        assert_near(name, &gram, &fixture.tensor(&format!("gram/{name}")), 1e-5);
    }
}

#[test]
fn losses_and_gradient_are_those_of_keras() {
    let fixture = Fixture::open("tests/fixtures/style.npz");
    let (transfer, x) = (transfer(&fixture), fixture.tensor("x"));
    assert_eq!(transfer.layers().content.as_deref(), Some("block2_conv1"));
    assert_eq!(transfer.layers().style, ["block1_conv1", "block2_conv1"]);
    let losses = transfer.losses(&x);
    let parts = [&losses.content, &losses.style, &losses.total_variation];
    for (name, loss) in ["content_loss", "style_loss", "total_variation_loss"].into_iter().zip(parts) {
        assert_eq!(loss.kind(), Kind::Double);
        assert_near_relative(name, loss, &fixture.tensor(name), 1e-5);
    }
    let (loss, gradient) = transfer.evaluate(&values(&x));
    let expected: f64 =
        ["content_loss", "style_loss", "total_variation_loss"].map(|name| fixture.number(name)).iter().sum();
    testing::assert_near("loss", loss / expected, 1.0, 1e-5);
    let gradient = Tensor::from_slice(&gradient).view_as(&x);
    assert_near_relative("gradient", &gradient, &fixture.tensor("gradient"), 1e-4);
}

#[test]
fn images_go_to_the_net_and_back() {
    let rgb = Tensor::from_slice(&[1.0f32, 0.5, 0.0]).view([1, 1, 3]);
    let expected = Tensor::from_slice(&[-103.939, 127.5 - 116.779, 255.0 - 123.68]).view([1, 1, 3]);
    assert_near("blue, green, red", &preprocess(&rgb), &expected, 1e-12);
    assert_near("back", &deprocess(&preprocess(&rgb)), &rgb, 1e-6);
    let beyond = deprocess(&(preprocess(&rgb) + 300.0));
    assert_eq!(beyond.max().double_value(&[]), 1.0);
}

#[test]
fn colours_are_kept_and_luminance_is_taken_over() {
    tch::manual_seed(3);
    let [a, b] = [0, 1].map(|_| Tensor::rand([6, 7, 3], (Kind::Float, Device::Cpu)) * 0.2 + 0.4);
    let mixed = with_colors_of(&a, &b);
    assert_near("luminance", &luminance(&mixed), &luminance(&a), 1e-6);
    let difference = |image: &Tensor| image - luminance(image);
    assert_near("colours", &difference(&mixed), &difference(&b), 1e-6);
    assert_near("grey", &luminance(&grey(&luminance(&a))), &luminance(&a), 1e-6);
    let matched = matched(&luminance(&a), &luminance(&b));
    assert_near("mean", &matched.mean(None), &luminance(&b).mean(None), 1e-5);
    assert_near("deviation", &matched.std(true), &luminance(&b).std(true), 1e-5);
}

/// f(x) = Σ (b tanh(a x) - t)².
fn tanh_net(fixture: &Fixture) -> Lbfgs {
    let [a, b, t] = ["a", "b", "t"].map(|name| fixture.tensor(name));
    let function = move |x: &[f64]| {
        let x = Tensor::from_slice(x).to_device(device()).set_requires_grad(true);
        let value = (b.mv(&a.mv(&x).tanh()) - &t).square().sum(None);
        value.backward();
        (value.double_value(&[]), values(&x.grad()))
    };
    Lbfgs::new(Rc::new(function), values(&fixture.tensor("start")))
}

#[test]
fn lbfgs_goes_the_way_of_scipy() {
    let fixture = Fixture::open("tests/fixtures/lbfgs.npz");
    let lbfgs = tanh_net(&fixture);
    let expected = values(&fixture.tensor("path"));
    let evaluations = values(&fixture.tensor("evaluations"));
    for (iteration, (expected, evaluations)) in expected.iter().zip(evaluations).enumerate() {
        let (value, ended) = lbfgs.step().unwrap();
        assert!(!ended);
        testing::assert_near(&format!("iteration {}", iteration + 1), value, *expected, 1e-7 * expected);
        assert_eq!(lbfgs.evaluations() as f64, evaluations, "iteration {}", iteration + 1);
    }
    // scipy looks at the number of evaluations after whole iterations.
    let lbfgs = tanh_net(&fixture);
    let value = lbfgs.minimize(20).unwrap();
    assert_eq!(lbfgs.evaluations() as f64, fixture.number("maxfun_evaluations"));
    testing::assert_near("maxfun", value, fixture.number("maxfun_value"), 1e-7 * value);
}

#[test]
fn lbfgs_continues_from_its_saved_state_bit_for_bit() {
    let fixture = Fixture::open("tests/fixtures/lbfgs.npz");
    let (whole, first, second) = (tanh_net(&fixture), tanh_net(&fixture), tanh_net(&fixture));
    second.decode(&first.encode().unwrap()).unwrap(); // before any evaluation
    let values: Vec<f64> = (0..6).map(|_| whole.minimize(3).unwrap()).collect();
    let mut found: Vec<f64> = (0..3).map(|_| first.minimize(3).unwrap()).collect();
    second.decode(&first.encode().unwrap()).unwrap();
    found.extend((0..3).map(|_| second.minimize(3).unwrap()));
    assert_eq!(found, values);
    assert_eq!(second.point(), whole.point());

    let bytes = first.encode().unwrap();
    for damaged in [&bytes[..bytes.len() / 2], &[][..]] {
        assert!(format!("{:#}", second.decode(damaged).unwrap_err()).contains("damaged"));
    }
    let other = Lbfgs::new(Rc::new(|x| (x[0] * x[0], vec![2.0 * x[0]])), vec![1.0]);
    assert!(format!("{:#}", other.decode(&bytes).unwrap_err()).contains("40 values, not 1"));
    assert_eq!(other.point(), [1.0]);
}

#[test]
fn lbfgs_starts_anew_on_request_and_after_its_end() {
    let square = || Lbfgs::new(Rc::new(|x| (x[0] * x[0], vec![2.0 * x[0]])), vec![3.0]);
    let lbfgs = square();
    assert!(lbfgs.minimize(100).unwrap() < 1e-9);
    let evaluations = lbfgs.evaluations();
    lbfgs.minimize(100).unwrap();
    assert!(lbfgs.evaluations() <= evaluations + 2, "there is nothing left to do");
    let restarted = square();
    restarted.minimize(0).unwrap();
    let point = restarted.point();
    restarted.restart();
    assert_eq!(restarted.point(), point);
    let infinite = Lbfgs::new(Rc::new(|_| (f64::NAN, vec![0.0])), vec![0.0]);
    assert!(infinite.minimize(9).unwrap_err().to_string().contains("NaN at the start"));
}

/// The net in f32 against Keras' in f64: the searches part slowly.
#[test]
fn the_search_has_the_losses_of_scipy_with_keras() {
    let fixture = Fixture::open("tests/fixtures/style.npz");
    let transfer = transfer(&fixture);
    let start = values(&preprocess(&(fixture.tensor("content") / 255.0)));
    let lbfgs = Lbfgs::new(Rc::new(move |x| transfer.evaluate(x)), start);
    for (iteration, expected) in values(&fixture.tensor("path")).into_iter().enumerate() {
        let (loss, _) = lbfgs.step().unwrap();
        testing::assert_near(&format!("iteration {}", iteration + 1), loss / expected, 1.0, 1e-3);
    }
}

fn ch05() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch05"))
}

fn folder(chapter: &Chapter) -> PathBuf {
    RunFolder::list(&chapter.path("run"), "style", "coffee_starry_night").pop().unwrap().path
}

fn checkpoint(chapter: &Chapter) -> BTreeMap<String, Tensor> {
    let tensors = read_file(&folder(chapter).join("weights/checkpoint.safetensors")).unwrap().0;
    assert!(tensors.contains_key("combination/image") && tensors.contains_key("encoded/lbfgs"));
    tensors
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    for restart in ["restart=false", "restart=true"] {
        let (whole, parts) = (ch05(), ch05());
        let smoke = ["05_03", "--preset", "smoke", "--set", restart];
        whole.succeed(&[&smoke[..], &["--epochs", "4"]].concat());
        parts.succeed(&[&smoke[..], &["--epochs", "2"]].concat());
        parts.succeed(&["05_03", "--resume", "--epochs", "4"]);
        assert_equal(&checkpoint(&parts), &checkpoint(&whole));
        let image = "images/combination_00004.png";
        assert_eq!(fs::read(folder(&whole).join(image)).unwrap(), fs::read(folder(&parts).join(image)).unwrap());
    }
}

#[test]
fn killed_runs_resume_and_end_the_same() {
    let (whole, killed) = (ch05(), ch05());
    let smoke = ["05_03", "--preset", "smoke", "--epochs", "12"];
    whole.succeed(&smoke);
    let runs = || RunFolder::list(&killed.path("run"), "style", "coffee_starry_night");
    for milliseconds in [300, 900, 1300, 2100] {
        let mut command = killed.command(if runs().is_empty() { &smoke } else { &["05_03", "--resume"] });
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    if runs().is_empty() {
        killed.succeed(&smoke);
    }
    killed.succeed(&["05_03", "--resume"]);
    assert_equal(&checkpoint(&killed), &checkpoint(&whole));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let (whole, stopped) = (ch05(), ch05());
    let smoke = ["05_03", "--preset", "smoke", "--epochs", "30"];
    testing::interrupt_at(&mut stopped.command(&smoke), "iteration").assert_failure(130, &["--resume"]);
    stopped.succeed(&["05_03", "--resume"]);
    whole.succeed(&smoke);
    assert_equal(&checkpoint(&stopped), &checkpoint(&whole));
}

#[test]
fn figures_run_what_is_missing_and_nothing_twice() {
    let chapter = ch05();
    let figures = ["figures", "05_03", "--preset", "smoke"];
    chapter.succeed(&figures);
    let page = gallery::assert_shows(chapter.out(), &gallery::files(ch05::CHAPTER.table, &["05_03"]));
    for words in ["random weights, not VGG19", "a synthetic cup of coffee", "block3_conv4", "not the book"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(folder(&chapter).join("images/combination.gif").exists());
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.lines().any(|line| line.starts_with("iteration")), "run twice");
}

/// Own images of any size, in grey too, and luminance alone.
#[test]
fn own_images_are_taken_and_their_colours_kept() {
    let chapter = ch05();
    let [content, style] = ["My photo.png", "a painting.pgm"].map(|name| chapter.path(name).display().to_string());
    common::images::save(
        content.as_ref(),
        ndarray::Array3::from_shape_fn((70, 40, 3), |(y, x, c)| ((x * y + 40 * c) % 97) as f32 / 96.0).view(),
    )
    .unwrap();
    fs::write(&style, [b"P5 9 20 255\n".as_slice(), &[90; 100], &[200; 80]].concat()).unwrap();
    let loaded = load(content.as_ref(), Size::Longer(40)).unwrap();
    assert_eq!(loaded.size(), [40, 23, 3]);
    let settings = [format!("content={content}"), format!("style={style}")];
    let args =
        ["05_03", "--preset", "smoke", "--set", &settings[0], "--set", &settings[1], "--set", "preserve_color=true"];
    chapter.succeed(&[&args[..], &["--epochs", "2"]].concat());
    chapter.succeed(&["05_03", "--resume", "--epochs", "3"]);
    let run = RunFolder::list(&chapter.path("run"), "style", "my_photo_a_painting").pop().unwrap().path;
    let image = load(&run.join("images/combination_00003.png"), Size::Exactly([40, 23])).unwrap();
    let colours = |image: &Tensor| image - luminance(image);
    let off = (colours(&image) - colours(&loaded)).abs().mean(None).double_value(&[]);
    assert!(off < 0.06, "{off}: clipping alone changes colours");
}

#[test]
fn wrong_settings_exit_with_1() {
    let refused = |setting: &str, words: &[&str]| {
        assert_refused(env!("CARGO_BIN_EXE_ch05"), &["05_03", "--preset", "smoke", "--set", setting], 1, words);
    };
    refused("size=5000", &["size", "2048"]);
    refused("size=20", &["coffee.png", "20 x 13", "16 pixels", "increase size"]);
    refused("weights.style=-1", &["weights.style"]);
    refused("weights.content=NaN", &["weights.content"]);
    refused("shallow_content=-1", &["shallow_content"]);
    refused("evaluations=0", &["evaluations"]);
    refused("save_every=0", &["save_every"]);
    refused("study.epochs=0", &["study.epochs"]);
    refused("content=missing.jpg", &["missing.jpg", "starry_night"]);
    refused("style=Cargo.toml", &["Cargo.toml", "image"]);
    refused("vgg=missing.pth", &["missing.pth"]);
    refused("colour=true", &["colour", "preserve_color"]);
}
