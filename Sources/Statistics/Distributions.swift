import Foundation

/// The value below which a standard normal variable lies with probability `p`, by Newton's method on
/// Φ(z) = ½·erfc(−z / √2). Exact to about 1e-15 for 1e-15 ≤ p ≤ 1 − 1e-15; infinite at 0 and 1.
func normalQuantile(_ p: Double) -> Double {
    precondition((0...1).contains(p), "normalQuantile: \(p) is not a probability")
    if p == 0.5 { return 0 }
    // In the lower half nothing cancels.
    if p > 0.5 { return -normalQuantile(1 - p) }
    if p == 0 { return -.infinity }
    // Begins to the left of the root, since Φ(z) ≤ ½·exp(−z² / 2) for z ≤ 0; one step goes past it by less than 1.3, and
    // from there the steps only descend, because Φ is convex for z < 0.
    var z = -(-2 * log(2 * p)).squareRoot()
    for _ in 0..<60 {
        let step = (0.5 * erfc(-z / 2.0.squareRoot()) - p) / (exp(-z * z / 2) / (2 * Double.pi).squareRoot())
        z -= step
        if abs(step) <= 1e-15 * abs(z) { break }
    }
    return z
}

/// The value below which a variable of Student's distribution lies with probability `p`, by bisection.
func studentQuantile(_ p: Double, degrees: Int) -> Double {
    precondition(degrees > 0 && (0...1).contains(p), "studentQuantile: \(p) with \(degrees) degrees of freedom")
    if p == 0.5 { return 0 }
    if p < 0.5 { return -studentQuantile(1 - p, degrees: degrees) }
    var (low, high) = (0.0, 1.0)
    while high < 1e300, studentProbability(below: high, degrees: degrees) < p { (low, high) = (high, high * 2) }
    for _ in 0..<200 where high.ulp < high - low {
        let middle = (low + high) / 2
        if studentProbability(below: middle, degrees: degrees) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
}

/// P(T ≤ t) = 1 − ½·I(ν / (ν + t²); ν/2, ½) for t ≥ 0.
private func studentProbability(below t: Double, degrees: Int) -> Double {
    let nu = Double(degrees)
    return 1 - incompleteBeta(nu / (nu + t * t), nu / 2, 0.5) / 2
}

/// The regularised incomplete beta function I(x; a, b). Its continued fraction converges fast below the mean of the beta
/// distribution; above it, I(x; a, b) = 1 − I(1 − x; b, a).
private func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    return x < (a + 1) / (a + b + 2) ? betaFraction(x, a, b) : 1 - betaFraction(1 - x, b, a)
}

/// I(x; a, b) by the continued fraction of Abramowitz and Stegun 1964, 26.5.8, evaluated after Lentz 1976.
private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let front = exp(a * log(x) + b * log1p(-x) - logBeta(a, b)) / a
    let tiny = 1e-300
    var (c, d) = (1.0, 1 / nonZero(1 - (a + b) * x / (a + 1), tiny))
    var fraction = d
    for m in 1...1000 {
        let m = Double(m)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / nonZero(1 + even * d, tiny)
        c = nonZero(1 + even / c, tiny)
        fraction *= c * d
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / nonZero(1 + odd * d, tiny)
        c = nonZero(1 + odd / c, tiny)
        fraction *= c * d
        if abs(c * d - 1) < 1e-16 { break }
    }
    return front * fraction
}

private func nonZero(_ value: Double, _ tiny: Double) -> Double { abs(value) < tiny ? tiny : value }

private func logBeta(_ a: Double, _ b: Double) -> Double { lgamma(a) + lgamma(b) - lgamma(a + b) }
