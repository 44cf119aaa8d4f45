//! Linear regression, with R².

use tch::{Kind, Tensor};

/// y = [x, 1] M, fitted by least squares.
#[derive(Debug)]
pub struct LinearMap(Tensor);

impl LinearMap {
    /// Fits rows `[n, inputs]` to rows `[n, outputs]`.
    pub fn fit(x: &Tensor, y: &Tensor) -> LinearMap {
        let (matrix, ..) = with_one(x).linalg_lstsq(&y.to_kind(Kind::Double), None, "gelsd");
        LinearMap(matrix)
    }

    /// Rows `[n, inputs]` -> rows `[n, outputs]`, in double precision.
    pub fn apply(&self, x: &Tensor) -> Tensor {
        with_one(x).matmul(&self.0)
    }

    /// R², the share of explained variance, for each output.
    pub fn r_squared(&self, x: &Tensor, y: &Tensor) -> Vec<f64> {
        let y = y.to_kind(Kind::Double);
        let squares = |t: Tensor| t.square().sum_dim_intlist([0].as_slice(), false, None);
        let explained: Tensor =
            1.0 - squares(&y - self.apply(x)) / squares(&y - y.mean_dim([0].as_slice(), true, None));
        (0..y.size()[1]).map(|output| explained.double_value(&[output])).collect()
    }
}

fn with_one(x: &Tensor) -> Tensor {
    let x = x.to_kind(Kind::Double);
    Tensor::cat(&[&x, &x.ones_like().narrow(1, 0, 1)], 1)
}
