"""A GARCH on the daily range, fitted by maximum likelihood; independent of networks, files or dates.

The conditional autoregressive range of Chou (2005), J. Money, Credit
and Banking 37(3), with a leverage term: σ_{i+1} = ω + (α + γ·[r_i < 0])·x_i + β·σ_i, where x is Parkinson's volatility
of the day, and the day's return is a Student-t of scale σ about a constant mean. Where a day has no range its absolute
return stands in, which is the asymmetric GARCH of Zakoian (1994), J. Econ. Dynamics and Control 18(5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, signal, special

from rnnlab.scoring.student import DOF_BOUNDS, FloatArray, StudentT, fit_student

START_DAYS = 60  # σ starts from the mean proxy of this many days
START = (0.05, 0.1, 0.1, 0.8)  # of ω, α, γ and β, in units of the mean proxy
# Of the mean, those and the degrees of freedom. With ω above 0 no σ is 0.
BOUNDS = ((-1, 1), (1e-4, 2), (0, 2), (0, 2), (0, 0.999), DOF_BOUNDS)


@dataclass(frozen=True)
class Fitted:
    """σ_{i+1} = omega + (alpha + gamma·[r_i < 0])·x_i + beta·σ_i, the first σ, and the Student-t of returns over σ."""

    mean: float
    omega: float
    alpha: float
    gamma: float
    beta: float
    dof: float
    first: float

    def scales(self, returns: FloatArray, proxy: FloatArray) -> FloatArray:
        """σ of each day, and of the one after the last, from the days before it; (n,) -> (n + 1,), percent."""
        pushes = self.omega + (self.alpha + self.gamma * (returns < 0)) * proxy
        later, _ = signal.lfilter([1], [1, -self.beta], pushes, zi=[self.beta * self.first])
        return np.concatenate([[self.first], later])

    def ahead(self, returns: FloatArray, proxy: FloatArray, known: int, horizon: int) -> FloatArray:
        """Root mean square of the σ expected of the `horizon` days after each day and before the first; percent.

        Over several days σ is expected to follow its recursion, with the proxies per σ that the first `known` days had
        on average. (n,) -> (n + 1,).
        """
        scales = self.scales(returns, proxy)
        weights = self.alpha + self.gamma * (returns[:known] < 0)
        growth = float(np.mean(weights * proxy[:known] / scales[:known])) + self.beta
        expected, squares = scales, np.square(scales)
        for _ in range(horizon - 1):
            expected = self.omega + growth * expected
            squares = squares + np.square(expected)
        return np.sqrt(squares / horizon)


def fit(returns: FloatArray, proxy: FloatArray) -> Fitted:
    """Maximise the likelihood of training returns (n,) given their proxies of volatility, both in percent."""
    unit, alone = float(proxy.mean()), fit_student(returns)
    data = (returns / unit, proxy / unit)
    first = float(data[1][:START_DAYS].mean())
    start = (np.clip(alone.location / unit, -1, 1), *START, alone.dof)
    found = optimize.minimize(_loss, start, (*data, first), "L-BFGS-B", jac=True, bounds=BOUNDS)
    mean, omega, alpha, gamma, beta, dof = map(float, found.x)
    return Fitted(unit * mean, unit * omega, alpha, gamma, beta, dof, unit * first)


def _loss(parameters: FloatArray, returns: FloatArray, proxy: FloatArray, first: float) -> tuple[float, FloatArray]:
    """Mean negative log-likelihood of returns in units of the mean proxy, and its gradient."""
    mean, omega, alpha, gamma, beta, dof = map(float, parameters)
    fitted = Fitted(mean, omega, alpha, gamma, beta, dof, first)
    scale = fitted.scales(returns, proxy)[:-1]
    w = (returns - mean) / scale
    pull = (dof + 1) * w / (dof + w * w)
    # Each derivative of σ follows the recursion of σ itself.
    sources = np.stack([np.ones_like(proxy), proxy, (returns < 0) * proxy, scale])
    later = np.zeros_like(sources)
    later[:, 1:] = signal.lfilter([1], [1, -beta], sources[:, :-1])
    by_scale = (1 - pull * w) / scale
    digammas = special.digamma(dof / 2) - special.digamma((dof + 1) / 2)
    by_dof = 0.5 * (digammas + np.mean(np.log1p(w * w / dof)) + (1 - np.mean(pull * w)) / dof)
    gradient = np.concatenate([[-np.mean(pull / scale)], later @ by_scale / len(w), [by_dof]])
    density = StudentT(np.full_like(scale, mean), scale, np.full_like(scale, dof))
    return float(-density.log_density(returns).mean()), gradient
