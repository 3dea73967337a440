using System.Diagnostics.CodeAnalysis;

namespace MdiQkd.Reconciliation;

/// <summary>
/// All codes of this version: every stored base matrix at every lifting size. The set, its order and the ids are part of
/// the protocol: both users and the hub hold the same book.
/// </summary>
public sealed class CodeBook
{
    /// <summary>Number of lifting sizes: 64, 256 and 1024, for frames of 65 536, 262 144 and 1 048 576 bits.</summary>
    public const int LiftingCount = 3;

    private const string Resource = "reconciliation-codes.bin";
    private const int Magic = 0x4352514D; // "MQRC", little-endian

    private readonly Dictionary<int, ReconciliationCode> byId;
    private readonly ReconciliationCode[][] byLength;

    /// <summary>A book of these base matrices, in ascending number of first-round rows.</summary>
    public CodeBook(IReadOnlyList<BaseMatrix> matrices)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        byLength = [.. Enumerable.Range(0, LiftingCount).Select(lifting =>
            matrices.Select(matrix => new ReconciliationCode(matrix, LiftingSize(lifting), lifting)).ToArray())];
        Codes = [.. byLength.SelectMany(codes => codes)];
        byId = Codes.ToDictionary(code => code.Id);
        Lengths = [.. byLength.Where(codes => codes.Length > 0).Select(codes => codes[0].Length)];
    }

    /// <summary>The book embedded in this assembly.</summary>
    public static CodeBook Default => Embedded.Book;

    /// <summary>All codes, by frame length and then by rising first-round syndrome length.</summary>
    public IReadOnlyList<ReconciliationCode> Codes { get; }

    /// <summary>The frame lengths in bits, ascending.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Lifting size Z with that index: 64, 256, 1024.</summary>
    public static int LiftingSize(int index) => 64 << (2 * index);

    /// <summary>The code with that id.</summary>
    /// <exception cref="KeyNotFoundException">No code has that id.</exception>
    public ReconciliationCode Find(int id) => byId[id];

    /// <summary>Finds a code by an id from a peer.</summary>
    public bool TryFind(int id, [NotNullWhen(true)] out ReconciliationCode? code) => byId.TryGetValue(id, out code);

    /// <summary>
    /// The code with the shortest syndrome whose first round is expected to succeed in all but a few percent of frames.
    /// </summary>
    /// <param name="qber">Expected error rate of the frame, 0 to 0.5.</param>
    /// <param name="frameLength">One of <see cref="Lengths"/>; another value takes the nearest above, or the longest.</param>
    /// <param name="relativeSigma">Relative standard uncertainty of <paramref name="qber"/>; the code has room for one of it.</param>
    /// <param name="realBits">Bits of the frame that are not shortened; -1: all.</param>
    /// <returns>The code; the one with the longest syndrome when the QBER is beyond the book.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The QBER is not in 0..0.5 or the uncertainty is negative.</exception>
    public ReconciliationCode Select(double qber, int frameLength, double relativeSigma = 0, int realBits = -1)
    {
        if (!(qber is >= 0 and <= 0.5))
        {
            throw new ArgumentOutOfRangeException(nameof(qber), qber, "a QBER is 0 to 0.5");
        }

        if (!(relativeSigma >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(relativeSigma), relativeSigma, "an uncertainty is not negative");
        }

        ReconciliationCode[] codes = Array.Find(byLength, set => set[0].Length >= frameLength) ?? byLength[^1];
        double share = realBits < 0 ? 1 : Math.Clamp((double)realBits / codes[0].Length, 0, 1);
        double bitsNeeded = share * BinaryEntropy.Of(Math.Min(0.5, qber * (1 + relativeSigma)));
        return Array.Find(codes, code => BinaryEntropy.Of(code.FirstRoundQber) >= bitsNeeded) ?? codes[^1];
    }

    /// <summary>Writes base matrices in the form of the embedded resource.</summary>
    public static void Write(IReadOnlyList<BaseMatrix> matrices, Stream destination)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write(BitConverter.GetBytes(Magic));
        destination.Write(BitConverter.GetBytes(matrices.Count));
        foreach (BaseMatrix matrix in matrices)
        {
            matrix.Write(destination);
        }
    }

    /// <summary>Reads base matrices in the form of the embedded resource.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a code book.</exception>
    public static IReadOnlyList<BaseMatrix> Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < 8 || BitConverter.ToInt32(source) != Magic)
        {
            throw new InvalidDataException("not a code book");
        }

        var matrices = new BaseMatrix[BitConverter.ToInt32(source[4..])];
        source = source[8..];
        for (int index = 0; index < matrices.Length; index++)
        {
            matrices[index] = BaseMatrix.Read(ref source);
        }

        return source.IsEmpty ? matrices : throw new InvalidDataException("bytes behind the code book");
    }

    private static class Embedded
    {
        internal static readonly CodeBook Book = Load();

        private static CodeBook Load()
        {
            using Stream stream = typeof(CodeBook).Assembly.GetManifestResourceStream(Resource)
                ?? throw new InvalidDataException($"the assembly lacks {Resource}");
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return new CodeBook(Read(bytes));
        }
    }
}
