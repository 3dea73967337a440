namespace MdiQkd.Reconciliation;

/// <summary>How a decoding ended.</summary>
/// <param name="Converged">The pattern has the asked syndrome; false: the iteration limit or the cancellation came first.</param>
/// <param name="Iterations">Iterations spent.</param>
public readonly record struct DecodeResult(bool Converged, int Iterations);
