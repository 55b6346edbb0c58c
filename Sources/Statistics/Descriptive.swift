/// The arithmetic mean; NaN of nothing.
public func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
}

/// The standard deviation of the population that `values` are a sample of (divided by n − 1); 0 of fewer than two values.
public func standardDeviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let centre = mean(values)
    return (values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(values.count - 1)).squareRoot()
}

/// The middle value, or the mean of the two in the middle; NaN of nothing. The values must not be NaN.
public func median(_ values: [Double]) -> Double {
    quantile(sorted: values.sorted(), 0.5)
}

/// The value below which `share` of the sorted values lie, linear between neighbours (Hyndman and Fan 1996, type 7, the
/// default of numpy and R). Shares outside 0…1 are taken as 0 or 1; NaN of nothing.
public func quantile(sorted values: [Double], _ share: Double) -> Double {
    guard !values.isEmpty else { return .nan }
    let position = min(max(share, 0), 1) * Double(values.count - 1)
    let low = Int(position.rounded(.down))
    let high = min(low + 1, values.count - 1)
    return values[low] + (values[high] - values[low]) * (position - Double(low))
}
