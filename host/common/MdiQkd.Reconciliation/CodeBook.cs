using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MdiQkd.Reconciliation;

/// <summary>
/// All codes of this version: every stored rate at every lifting size. The set, its order and the ids are part of
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

    /// <summary>A book of these rates, in ascending number of first-round rows.</summary>
    /// <exception cref="ArgumentException">A rate does not fit its matrix.</exception>
    public CodeBook(IReadOnlyList<BaseMatrix> matrices, IReadOnlyList<CodeRate> rates)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentNullException.ThrowIfNull(rates);
        foreach (CodeRate rate in rates)
        {
            bool ascending = rate.RowsAfterRound.Zip(rate.RowsAfterRound.Skip(1)).All(pair => pair.First < pair.Second);
            if (rate.RowsAfterRound.Length == 0 || !ascending || rate.RowsAfterRound[0] < 1
                || rate.Matrix >= matrices.Count || rate.RowsAfterRound[^1] > matrices[rate.Matrix].RowBlocks)
            {
                throw new ArgumentException($"the rate of matrix {rate.Matrix} does not fit it", nameof(rates));
            }
        }

        byLength = [.. Enumerable.Range(0, LiftingCount).Select(lifting =>
            rates.Select(rate => new ReconciliationCode(matrices[rate.Matrix], rate, lifting)).ToArray())];
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
        RefuseNoRate(qber);
        if (!(relativeSigma >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(relativeSigma), relativeSigma, "an uncertainty is not negative");
        }

        ReconciliationCode[] codes = OfLength(frameLength);
        double share = realBits < 0 ? 1 : Math.Clamp((double)realBits / codes[0].Length, 0, 1);
        double bitsNeeded = share * BinaryEntropy.Of(Math.Min(0.5, qber * (1 + relativeSigma)));
        return Array.Find(codes, code => BinaryEntropy.Of(code.FirstRoundQber) >= bitsNeeded) ?? codes[^1];
    }

    /// <summary>
    /// The code with the longest first-round syndrome that is at most <paramref name="efficiency"/> times the entropy: the further
    /// above <see cref="Select"/>'s, the fewer iterations decoding takes.
    /// </summary>
    /// <param name="efficiency">f of the first round, at least 1.</param>
    /// <param name="qber">Error rate of the frame, 0 to 0.5.</param>
    /// <param name="frameLength">As in <see cref="Select"/>.</param>
    /// <returns>The code; the one with the shortest syndrome when all have more.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The QBER is not in 0..0.5 or the efficiency is below 1.</exception>
    public ReconciliationCode SelectWithin(double efficiency, double qber, int frameLength)
    {
        RefuseNoRate(qber);
        if (!(efficiency >= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(efficiency), efficiency, "an efficiency is 1 or more");
        }

        ReconciliationCode[] codes = OfLength(frameLength);
        double bitsMax = efficiency * BinaryEntropy.Of(qber) * codes[0].Length;
        return Array.FindLast(codes, code => code.SyndromeLength(1) <= bitsMax) ?? codes[0];
    }

    /// <summary>Writes the form of the embedded resource: magic, u16 counts, base matrices, rates.</summary>
    public static void Write(IReadOnlyList<BaseMatrix> matrices, IReadOnlyList<CodeRate> rates, Stream destination)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentNullException.ThrowIfNull(rates);
        using var writer = new BinaryWriter(destination, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write((ushort)matrices.Count);
        writer.Write((ushort)rates.Count);
        foreach (BaseMatrix matrix in matrices)
        {
            matrix.Write(writer);
        }

        foreach (CodeRate rate in rates)
        {
            rate.Write(writer);
        }
    }

    /// <summary>Reads the form of the embedded resource.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a code book.</exception>
    public static CodeBook Read(Stream source)
    {
        using var reader = new BinaryReader(source, Encoding.UTF8, leaveOpen: true);
        if (reader.ReadInt32() != Magic)
        {
            throw new InvalidDataException("not a code book");
        }

        var matrices = new BaseMatrix[reader.ReadUInt16()];
        var rates = new CodeRate[reader.ReadUInt16()];
        for (int index = 0; index < matrices.Length; index++)
        {
            matrices[index] = BaseMatrix.Read(reader);
        }

        for (int index = 0; index < rates.Length; index++)
        {
            rates[index] = CodeRate.Read(reader);
        }

        return new CodeBook(matrices, rates);
    }

    internal static void RefuseNoRate(double qber)
    {
        if (!(qber is >= 0 and <= 0.5))
        {
            throw new ArgumentOutOfRangeException(nameof(qber), qber, "a QBER is 0 to 0.5");
        }
    }

    private ReconciliationCode[] OfLength(int frameLength) =>
        Array.Find(byLength, set => set[0].Length >= frameLength) ?? byLength[^1];

    private static class Embedded
    {
        internal static readonly CodeBook Book = Load();

        private static CodeBook Load()
        {
            using Stream stream = typeof(CodeBook).Assembly.GetManifestResourceStream(Resource)
                ?? throw new InvalidDataException($"the assembly lacks {Resource}");
            using var buffered = new BufferedStream(stream, 1 << 16);
            return Read(buffered);
        }
    }
}
