namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>A hardware source of randomness as the operator configures it.</summary>
/// <param name="Path">Character device, pipe or file.</param>
/// <param name="MinEntropyBitsPerByte">
/// Min-entropy that its maker claims and its validation confirmed for one sample of 8 bits, 0.1 to 8. The health tests are
/// made for this claim, and so is the conditioning.
/// </param>
/// <param name="Kind">Device or file.</param>
/// <param name="FalseAlarmExponent">
/// −log2 of the probability α that a healthy source fails a test, per sample (repetition) and per window of 512 (proportion), 20 to 64.
/// SP 800-90B recommends α from 2^−20 to 2^−40; a false alarm stops the node, and with 2^−40 a source read at 1 MB/s gives one in
/// two weeks.
/// </param>
/// <param name="TimeoutMs">Longest wait for samples, 1 to 600,000 ms; then the source counts as stalled.</param>
public sealed record NoiseSourceSettings(
    string Path,
    double MinEntropyBitsPerByte,
    NoiseSourceKind Kind = NoiseSourceKind.Device,
    int FalseAlarmExponent = 40,
    int TimeoutMs = 10_000)
{
    /// <summary>What is wrong, with key, value and allowed range, or null.</summary>
    public string? Fault() =>
        Path.Length == 0 ? "path is empty"
        : MinEntropyBitsPerByte is not (>= 0.1 and <= 8) ? $"minEntropyBitsPerByte = {MinEntropyBitsPerByte} is outside 0.1..8"
        : !Enum.IsDefined(Kind) ? $"kind = {Kind} is neither device nor file"
        : FalseAlarmExponent is < 20 or > 64 ? $"falseAlarmExponent = {FalseAlarmExponent} is outside 20..64"
        : TimeoutMs is < 1 or > 600_000 ? $"timeoutMs = {TimeoutMs} is outside 1..600000"
        : null;
}
