import Torch

/// Where each token stands, for rotary embeddings.
struct Positions {
    /// `[B, L]`, or `[3, B, L]`: time, height and width (Qwen2-VL's M-RoPE).
    let ids: Tensor
    /// The position that follows each row.
    let next: [Int]

    init(ids: Tensor, next: [Int]) { (self.ids, self.next) = (ids, next) }

    /// Positions of three axes. Text counts up on all of them; a picture's features have the row and the column of
    /// their place in its grid, and what follows it goes on after its longer side.
    init(_ inputs: ModelInputs, placeholderID: Int32) throws {
        let (width, rowCount) = (inputs.tokens.size(1), inputs.lengths.count)
        let tokens = try inputs.tokens.integers()
        var ids = [Int64](repeating: 0, count: 3 * rowCount * width)
        var pictures = inputs.visionFeatures.map(\.layout)[...]
        var next: [Int] = []
        for (row, length) in inputs.lengths.enumerated() {
            var column = inputs.paddingSide == .left ? width - length : 0
            let end = column + length
            var position = 0
            func put(_ axes: [Int]) {
                for axis in 0..<3 { ids[(axis * rowCount + row) * width + column] = Int64(axes[axis]) }
                column += 1
            }
            while column < end {
                guard tokens[row * width + column] == Int(placeholderID), let picture = pictures.popFirst() else {
                    put([position, position, position])
                    position += 1
                    continue
                }
                for place in 0..<(picture.rows * picture.columns) where column < end {
                    put([position, position + place / picture.columns, position + place % picture.columns])
                }
                position += max(picture.rows, picture.columns)
            }
            next.append(position)
        }
        self.init(ids: try Tensor(ids, shape: [3, rowCount, width]).to(inputs.tokens.device), next: next)
    }
}
