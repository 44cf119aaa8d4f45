"""Chapter 6's models in tf.keras 2: the peers time them, the fixtures are made with them."""

import tf_keras as keras
from tf_keras import backend as K
from tf_keras.layers import GRU, LSTM, Bidirectional, Dense, Embedding, Input, Lambda


def lstm_text(total_words, embedding_size=100, n_units=256, text_in=None, make_tokens=lambda x: x):
    """Page 206. `make_tokens` are layers in front of it, which make its tokens of `text_in`."""
    text_in = Input(shape=(None,)) if text_in is None else text_in
    x = Embedding(total_words, embedding_size, name="embedding")(make_tokens(text_in))
    x = LSTM(n_units, name="lstm")(x)
    text_out = Dense(total_words, activation="softmax", name="dense")(x)
    return keras.Model(text_in, text_out)


class QuestionAnswer:
    """The model of page 226 and the inference models over its layers."""

    def __init__(self, vocabulary, embedding_size=100, gru_units=100, reset_after=True, inputs=None):
        """`inputs` are tensors in place of the inputs; then there are only `outputs`, the total model's."""

        def gru(units, **options):
            return GRU(units, reset_after=reset_after, **options)

        document_tokens, decoder_inputs, encoder_input_mask = inputs or [
            Input(shape=(None,), name="document_tokens"),
            Input(shape=(None,), name="decoder_inputs"),
            Input(shape=(None, None), name="encoder_input_mask"),
        ]
        embedding = Embedding(vocabulary, embedding_size, mask_zero=True, name="embedding")
        document_emb = embedding(document_tokens)
        answer_outputs = Bidirectional(gru(gru_units, return_sequences=True), name="answer_outputs")(document_emb)
        answer_tags = Dense(2, activation="softmax", name="answer_tags")(answer_outputs)

        encoder_inputs = Lambda(lambda x: K.batch_dot(x[0], x[1]), name="encoder_inputs")(
            [encoder_input_mask, answer_outputs]
        )
        encoder_cell = gru(2 * gru_units, name="encoder_cell")(encoder_inputs)

        decoder = gru(2 * gru_units, return_sequences=True, name="decoder_cell")
        decoder_states = decoder(embedding(decoder_inputs), initial_state=[encoder_cell])
        projection = Dense(vocabulary, activation="softmax", use_bias=False, name="decoder_projection")
        decoder_outputs = projection(decoder_states)

        self.outputs = [answer_tags, decoder_outputs]
        if inputs:
            return
        self.total_model = keras.Model([document_tokens, decoder_inputs, encoder_input_mask], self.outputs)
        self.answer_model = keras.Model(document_tokens, answer_tags)
        self.decoder_initial_state_model = keras.Model([document_tokens, encoder_input_mask], encoder_cell)

        decoder_inputs_dynamic = Input(shape=(1,), name="decoder_inputs_dynamic")
        decoder_init_state_dynamic = Input(shape=(2 * gru_units,), name="decoder_init_state_dynamic")
        states_dynamic = decoder(embedding(decoder_inputs_dynamic), initial_state=[decoder_init_state_dynamic])
        self.question_model = keras.Model(
            [decoder_inputs_dynamic, decoder_init_state_dynamic], [projection(states_dynamic), states_dynamic]
        )
