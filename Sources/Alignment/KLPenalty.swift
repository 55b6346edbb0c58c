import Torch

/// The penalty for leaving the reference policy, and the token signals that it makes together with the scores.
///
///     kl_t = log π_old(y_t) − log π_ref(y_t)          the estimator k1 of Schulman 2020
///     r_t  = clip(R·1[t = last] − β·kl_t, ±50)
///     c_t  = clip(C·1[t = last] + β·kl_t, ±50)
///
/// The penalty is taken from the reward and added to the cost. In (r − λc) / (1 + λ) the two make exactly −β·kl, so
/// that the pull to the reference does not depend on λ.
struct KLPenalty {
    /// β
    let coefficient: Double
    /// Signals are clipped to ± this.
    let scoreClip: Double

    /// kl, `[B, T]`
    static func kl(_ logProbs: Tensor, _ refLogProbs: Tensor) throws -> Tensor { try logProbs - refLogProbs }

    /// r: scores `[B]` and kl `[B, T]` → `[B, T]`
    func rewards(_ scores: Tensor, _ kl: Tensor, _ spans: ResponseSpans) throws -> Tensor {
        try clipped(atLastToken(scores, spans) - kl * coefficient)
    }

    /// c: scores `[B]` and kl `[B, T]` → `[B, T]`
    func costs(_ scores: Tensor, _ kl: Tensor, _ spans: ResponseSpans) throws -> Tensor {
        try clipped(atLastToken(scores, spans) + kl * coefficient)
    }

    private func clipped(_ signal: Tensor) throws -> Tensor { try signal.clamped(to: -scoreClip...scoreClip) }
}
