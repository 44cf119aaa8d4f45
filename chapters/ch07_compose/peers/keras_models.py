"""Chapter 7's models in tf.keras 2: the peers time them, the fixtures are made with them."""

import tf_keras as keras
from tf_keras import backend as K
from tf_keras.layers import (
    LSTM,
    Activation,
    Concatenate,
    Dense,
    Embedding,
    Input,
    Lambda,
    Multiply,
    Permute,
    RepeatVector,
    Reshape,
)


def rnn_attention(n_notes, n_durations, embed_size=100, rnn_units=256, use_attention=True, inputs=None):
    """Page 243: the model and its `att_model`. `inputs` are tensors in place of the inputs; then only the outputs."""
    notes_in, durations_in = inputs or [Input(shape=(None,), name="notes_in"), Input(shape=(None,), name="durations_in")]
    x1 = Embedding(n_notes, embed_size, name="embedding")(notes_in)
    x2 = Embedding(n_durations, embed_size, name="embedding_1")(durations_in)
    x = Concatenate()([x1, x2])
    x = LSTM(rnn_units, return_sequences=True, name="lstm")(x)
    if use_attention:
        x = LSTM(rnn_units, return_sequences=True, name="lstm_1")(x)
        e = Dense(1, activation="tanh", name="dense")(x)
        e = Reshape([-1])(e)
        alpha = Activation("softmax")(e)
        alpha_repeated = Permute([2, 1])(RepeatVector(rnn_units)(alpha))
        c = Multiply()([x, alpha_repeated])
        c = Lambda(lambda x: K.sum(x, axis=1), output_shape=(rnn_units,))(c)
    else:
        c = LSTM(rnn_units, name="lstm_1")(x)
    notes_out = Dense(n_notes, activation="softmax", name="pitch")(c)
    durations_out = Dense(n_durations, activation="softmax", name="duration")(c)
    outputs = [notes_out, durations_out]
    if inputs:
        return outputs
    model = keras.Model([notes_in, durations_in], outputs)
    return model, keras.Model([notes_in, durations_in], alpha) if use_attention else None
