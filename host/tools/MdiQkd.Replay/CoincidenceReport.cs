namespace MdiQkd.Replay;

/// <summary>Pairs of tags of two channels within the coincidence window.</summary>
/// <param name="A">One channel.</param>
/// <param name="B">The other, or the same.</param>
/// <param name="WindowPs">Largest distance.</param>
/// <param name="Pairs">Pairs.</param>
/// <param name="Accidentals">Pairs that independent tags would give.</param>
internal sealed record CoincidenceReport(byte A, byte B, long WindowPs, long Pairs, double Accidentals);
