//! The question and answer generator (pp. 226-233): it marks the words of a document that could be an answer, and asks
//! the question to an answer.

use super::qa_batches::Batch;
use anyhow::{Result, ensure};
use common::keras::recurrent::{Gru, Recurrent};
use common::keras::{Activation, Dense, Embedding, Model, Net, Optimizer, Units, losses};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// The net.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Size of a word's embedding: that of the GloVe vectors.
    pub embedding_size: i64,
    /// Units of the document's GRU in each direction; the question's GRUs have twice as many.
    pub gru_units: i64,
    /// Whether the GRUs reset their state after the product with the kernel, as in tf.keras, or before, as in the book's
    /// Keras.
    pub reset_after: bool,
}

impl NetConfig {
    /// The book's net.
    pub fn book() -> NetConfig {
        NetConfig { embedding_size: 100, gru_units: 100, reset_after: true }
    }

    fn recurrent(&self, units: i64) -> Recurrent {
        let config = Recurrent::new(units);
        if self.reset_after { config } else { config.reset_before() }
    }
}

/// The model of p. 226 with the inference models over its layers.
#[derive(Debug)]
pub struct QuestionAnswer {
    /// All weights.
    pub variables: VarStore,
    /// Document tokens `[batch, words]`, question tokens `[batch, length]`, answer masks `[batch, answer, words]` ->
    /// answer tags `[batch, words, 2]`, probabilities of the question's words `[batch, length, vocabulary]`.
    pub total_model: Model,
    /// Document tokens -> answer tags: inference.
    pub answer_model: Model,
    /// Document tokens, answer masks -> the decoder's initial state `[batch, 2 gru_units]`: inference.
    pub decoder_initial_state_model: Model,
    /// A token `[batch, 1]`, the decoder's state -> probabilities of the next word `[batch, 1, vocabulary]`, the next
    /// state `[batch, 1, 2 gru_units]`: inference.
    pub question_model: Model,
    /// The parts of `total_model` in training: document tokens -> states and logits of the tags; states, masks and
    /// question tokens -> the decoder's states; these -> logits of words.
    document_part: Model,
    question_part: Model,
    projection_part: Model,
}

impl QuestionAnswer {
    /// An untrained model.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(config: &NetConfig, vocabulary: i64, device: Device) -> Result<QuestionAnswer> {
        ensure!((1..=2048).contains(&config.gru_units), "net.gru_units must lie between 1 and 2048");
        let variables = VarStore::new(device);
        let net = Net::new(&variables.root());
        let units = config.gru_units;

        // The document: which words are an answer?
        let document_tokens = net.input("document_tokens", [None]);
        let embedding =
            net.shared("embedding", [None], |path, _| Embedding::masking_zero(path, vocabulary, config.embedding_size));
        let [document_emb] = embedding.call(&[&document_tokens]);
        let answer_outputs =
            document_emb.bidirectional_gru("answer_outputs", config.recurrent(units).return_sequences());
        let answer_tags = answer_outputs.dense("answer_tags", Units::new(2).activation(Activation::Softmax));

        // The states at the answer's words [answer, 2 units] -> the state that the question begins with.
        let encoder_input_mask = net.input("encoder_input_mask", [None, None]);
        let encoder_inputs =
            encoder_input_mask
                .lambda("encoder_inputs", &[&answer_outputs], [None, Some(2 * units)], |x, _| x[0].bmm(&x[1]));
        let encoder_cell = encoder_inputs.gru("encoder_cell", config.recurrent(2 * units));

        // The question, word by word; in training its own words are the decoder's inputs (teacher forcing).
        let decoder_inputs = net.input("decoder_inputs", [None]);
        let [decoder_emb] = embedding.call(&[&decoder_inputs]);
        let decoder_cell = net.shared("decoder_cell", [None, Some(config.embedding_size)], |path, shape| {
            Gru::new(path, shape, config.recurrent(2 * units).return_sequences())
        });
        let [decoder_states] = decoder_cell.call(&[&decoder_emb, &encoder_cell]);
        let decoder_projection = net.shared("decoder_projection", [None, Some(2 * units)], |path, shape| {
            let units = Units::new(vocabulary).without_bias().activation(Activation::Softmax);
            Dense::new(path, shape, units)
        });
        let [decoder_outputs] = decoder_projection.call(&[&decoder_states]);

        let inputs = [&document_tokens, &decoder_inputs, &encoder_input_mask];
        let total_model = net.model("total_model", &inputs, &[&answer_tags, &decoder_outputs])?;
        let answer_model = net.model("answer_model", &[&document_tokens], &[&answer_tags])?;
        let inputs = [&document_tokens, &encoder_input_mask];
        let decoder_initial_state_model = net.model("decoder_initial_state_model", &inputs, &[&encoder_cell])?;

        let decoder_inputs_dynamic = net.input("decoder_inputs_dynamic", [1]);
        let [decoder_emb_dynamic] = embedding.call(&[&decoder_inputs_dynamic]);
        let decoder_init_state_dynamic = net.input("decoder_init_state_dynamic", [2 * units]);
        let [decoder_states_dynamic] = decoder_cell.call(&[&decoder_emb_dynamic, &decoder_init_state_dynamic]);
        let [decoder_outputs_dynamic] = decoder_projection.call(&[&decoder_states_dynamic]);
        let inputs = [&decoder_inputs_dynamic, &decoder_init_state_dynamic];
        let outputs = [&decoder_outputs_dynamic, &decoder_states_dynamic];
        let question_model = net.model("question_model", &inputs, &outputs)?;

        let document_part = net.model("document", &[&document_tokens], &[&answer_tags, &answer_outputs])?.logits()?;
        let inputs = [&answer_outputs, &encoder_input_mask, &decoder_inputs];
        let question_part = net.model("question", &inputs, &[&decoder_states])?;
        let projection_part = net.model("projection", &[&decoder_states], &[&decoder_outputs])?.logits()?;
        Ok(QuestionAnswer {
            variables,
            total_model,
            answer_model,
            decoder_initial_state_model,
            question_model,
            document_part,
            question_part,
            projection_part,
        })
    }

    /// The models, for `plot_model`.
    pub fn models(&self) -> [&Model; 4] {
        [&self.total_model, &self.answer_model, &self.decoder_initial_state_model, &self.question_model]
    }

    /// Sets the word vectors `[vocabulary, embedding_size]`.
    ///
    /// # Errors
    /// They have another shape.
    pub fn set_embedding(&self, vectors: &Tensor) -> Result<()> {
        let mut variables = self.variables.variables();
        let Some(embeddings) = variables.get_mut("embedding.embeddings") else { unreachable!("new makes it") };
        ensure!(embeddings.size() == vectors.size(), "word vectors {:?} for {:?}", vectors.size(), embeddings.size());
        tch::no_grad(|| embeddings.copy_(vectors));
        Ok(())
    }

    /// Losses of the answer tags and of the question's words, each a mean over what is no padding.
    ///
    /// The value is that of `total_model` on one row per question. A document that has several questions is read once,
    /// and only words of questions, not their padding, reach the last layer: with it, it takes 100 MB a pass.
    pub fn losses(&self, batch: &Batch, train: bool) -> [Tensor; 2] {
        let [tags, states] = self.document_part.forward_all(&[&batch.documents], train);
        // [documents, words, ..] -> [questions, words, ..]
        let [tags, states] = [tags, states].map(|of_documents| of_documents.index_select(0, &batch.document_of));
        let is_word = batch.documents.index_select(0, &batch.document_of).ne(0).flatten(0, 1);
        let places = is_word.nonzero().squeeze_dim(1);
        let rows = |tensor: &Tensor| tensor.flatten(0, 1).index_select(0, &places);
        let answer_loss =
            losses::sparse_categorical_crossentropy_from_logits(&rows(&batch.answer_labels), &rows(&tags));
        let [decoded] = self.question_part.forward_all(&[&states, &batch.answer_masks, &batch.question_inputs], train);
        let places = batch.question_inputs.ne(0).flatten(0, 1).nonzero().squeeze_dim(1);
        let rows = |tensor: &Tensor| tensor.flatten(0, 1).index_select(0, &places);
        let logits = self.projection_part.forward_t(&rows(&decoded).unsqueeze(0), train).squeeze_dim(0);
        let question_loss =
            losses::sparse_categorical_crossentropy_from_logits(&rows(&batch.question_outputs), &logits);
        [answer_loss, question_loss]
    }

    /// One step of training: the sum of both losses, and each of them (p. 229).
    pub fn train_step(&self, batch: &Batch, optimizer: &mut Optimizer) -> [Tensor; 3] {
        let [answer, question] = self.losses(batch, true);
        let loss = &answer + &question;
        optimizer.minimize(&loss);
        [loss, answer, question]
    }
}
