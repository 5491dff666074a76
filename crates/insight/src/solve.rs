//! Small systems of linear equations, by elimination with partial pivoting.

/// A matrix taken apart so that systems with it can be solved, one after the other.
#[derive(Debug, Clone)]
pub struct Solver {
    n: usize,
    /// Lower and upper triangle in one, row after row.
    lu: Vec<f64>,
    /// Which row of the matrix came to stand where.
    rows: Vec<usize>,
}

/// The matrix has no inverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Singular;

impl Solver {
    /// Takes a square matrix apart, row after row.
    ///
    /// # Errors
    /// [`Singular`] if it has no inverse.
    pub fn new(n: usize, mut lu: Vec<f64>) -> Result<Solver, Singular> {
        let mut rows: Vec<usize> = (0..n).collect();
        for column in 0..n {
            let size = |row: &usize| lu[row * n + column].abs();
            let pivot = (column..n).max_by(|a, b| size(a).total_cmp(&size(b))).ok_or(Singular)?;
            if lu[pivot * n + column] == 0.0 {
                return Err(Singular);
            }
            if pivot != column {
                rows.swap(pivot, column);
                for at in 0..n {
                    lu.swap(pivot * n + at, column * n + at);
                }
            }
            let (above, below) = lu.split_at_mut((column + 1) * n);
            let top = &above[column * n..];
            for row in below.chunks_exact_mut(n).filter(|row| row[column] != 0.0) {
                let factor = row[column] / top[column];
                row[column] = factor;
                let rest = row[column + 1..].iter_mut().zip(&top[column + 1..]);
                rest.for_each(|(cell, top)| *cell -= factor * top);
            }
        }
        Ok(Solver { n, lu, rows })
    }

    /// The x for which the matrix times x is `right`.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let n = self.n;
        let mut x: Vec<f64> = self.rows.iter().map(|row| right[*row]).collect();
        for row in 1..n {
            let known = dot(&self.lu[row * n..row * n + row], &x[..row]);
            x[row] -= known;
        }
        for row in (0..n).rev() {
            let known = dot(&self.lu[row * n + row + 1..(row + 1) * n], &x[row + 1..]);
            x[row] = (x[row] - known) / self.lu[row * n + row];
        }
        x
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_no_inverse_is_told() {
        assert_eq!(Solver::new(2, vec![1.0, 2.0, 2.0, 4.0]).err(), Some(Singular));
        let swapped = Solver::new(2, vec![0.0, 1.0, 1.0, 0.0]).unwrap();
        assert_eq!(swapped.solve(&[3.0, 4.0]), [4.0, 3.0]);
    }

    proptest! {
        #[test]
        fn a_solution_solves(cells in prop::collection::vec(-1.0_f64..1.0, 36), right in prop::collection::vec(-9.0_f64..9.0, 6)) {
            let mut matrix = cells;
            for at in 0..6 {
                matrix[at * 7] += 7.0;
            }
            let x = Solver::new(6, matrix.clone()).unwrap().solve(&right);
            for (row, right) in matrix.chunks(6).zip(&right) {
                prop_assert!((dot(row, &x) - right).abs() < 1e-12);
            }
        }
    }
}
