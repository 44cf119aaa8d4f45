/// Configuration of recurrent layers: `Recurrent::new(256).return_sequences()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrent {
    pub(super) units: i64,
    pub(super) return_sequences: bool,
    pub(super) return_state: bool,
    pub(super) hard_sigmoid: bool,
    pub(super) reset_after: bool,
}

impl Recurrent {
    /// tf.keras' defaults: the output is that of the last step, gates are sigmoids, a GRU resets after its product.
    pub fn new(units: i64) -> Recurrent {
        Recurrent { units, return_sequences: false, return_state: false, hard_sigmoid: false, reset_after: true }
    }

    /// Outputs of all steps, `[batch, time, units]`.
    pub fn return_sequences(self) -> Recurrent {
        Recurrent { return_sequences: true, ..self }
    }

    /// Also the last state, `[batch, units]` each: h, and c of an LSTM.
    pub fn return_state(self) -> Recurrent {
        Recurrent { return_state: true, ..self }
    }

    /// Gates of clip(0.2 x + 0.5, 0, 1), as in the book's Keras 2.2.4.
    pub fn hard_sigmoid(self) -> Recurrent {
        Recurrent { hard_sigmoid: true, ..self }
    }

    /// A GRU that resets its state before the product with the recurrent kernel, as in the book's Keras 2.2.4.
    pub fn reset_before(self) -> Recurrent {
        Recurrent { reset_after: false, ..self }
    }
}
