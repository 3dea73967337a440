namespace MdiQkd.Sifting;

/// <summary>What sifting yields at both users and at the hub alike.</summary>
/// <param name="Counts">Events and X errors by label pair.</param>
/// <param name="ZzMask">One bit per event, set where both sent z: these make the sifted key.</param>
/// <param name="ZzCount">Ones of the mask.</param>
public sealed record SiftResult(CoincidenceCounts Counts, ulong[] ZzMask, int ZzCount);
