using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MdiQkd.Protocol;

/// <summary>
/// Everything that is fixed before the first slot of a block (PROTOCOL 1.1). The canonical bytes are part of the first
/// authenticated tag; nothing in them is secret. The end rule is the number of sessions and of slots per session.
/// </summary>
/// <param name="Id">Identity of the block.</param>
/// <param name="A">Key reference: the ordinally lower name.</param>
/// <param name="B">The user that flips and corrects.</param>
/// <param name="Timing">Slot raster.</param>
/// <param name="Pilots">Public pilot slots, never counted.</param>
/// <param name="SourceA">Intensities and realised label weights of A.</param>
/// <param name="SourceB">The same of B.</param>
/// <param name="AcceptPsiPlus">|ψ⁻⟩ counts always; |ψ⁺⟩ only if this is set.</param>
/// <param name="Sessions">Session ids in their order; each is bound to this pair and block.</param>
/// <param name="SlotsPerSession">Slot range of every session: 0 (inclusive) to this (exclusive).</param>
/// <param name="GuardSlots">An event is acceptable only this many slots behind the emission.</param>
/// <param name="Security">ε budget.</param>
/// <param name="EfficiencyCapMilli">Cap on the reconciliation efficiency f, in thousandths.</param>
/// <param name="QberCapMicro">Cap on the Z-basis QBER, in millionths.</param>
public sealed record BlockPlan(
    BlockId Id,
    string A,
    string B,
    SlotTiming Timing,
    PilotPattern Pilots,
    SourceSettings SourceA,
    SourceSettings SourceB,
    bool AcceptPsiPlus,
    IReadOnlyList<SessionId> Sessions,
    long SlotsPerSession,
    int GuardSlots,
    EpsilonBudget Security,
    int EfficiencyCapMilli,
    int QberCapMicro)
{
    /// <summary>Version of the protocol between two users; part of the plan.</summary>
    public const byte ProtocolVersion = 1;

    /// <summary>Most sessions of a block: a day of one-minute sessions.</summary>
    public const int SessionsMax = 1440;

    /// <summary>Most slots of a session: an hour at 1 GHz.</summary>
    public const long SlotsPerSessionMax = 3_600_000_000_000;

    private static readonly byte[] Magic = "MDIQKD-PLAN"u8.ToArray();

    /// <summary>Slots of the whole block; only a scale in the key length.</summary>
    public long Slots => SlotsPerSession * Sessions.Count;

    /// <summary>
    /// Largest leak per sifted bit: the cap on f at the cap on the QBER. A node refuses syndromes beyond it before the QBER is
    /// known.
    /// </summary>
    public double LeakCapPerBit
    {
        get
        {
            double q = QberCapMicro * 1e-6;
            return Math.Min(1, EfficiencyCapMilli * 1e-3 * (-(q * Math.Log2(q)) - ((1 - q) * Math.Log2(1 - q))));
        }
    }

    /// <summary>Settings of one of the two users.</summary>
    public SourceSettings SourceOf(string node) => node == A ? SourceA : SourceB;

    /// <summary>Index of a session in the plan, or −1.</summary>
    public int IndexOf(SessionId session)
    {
        for (int index = 0; index < Sessions.Count; index++)
        {
            if (Sessions[index] == session)
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>Canonical bytes: magic, version, then the fields in order; integers little-endian, ids big-endian.</summary>
    public byte[] Encode()
    {
        using MemoryStream stream = new();
        using (BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(ProtocolVersion);
            writer.Write(Id.ToArray());
            writer.Write(A);
            writer.Write(B);
            writer.Write(Timing.SlotPeriodPs);
            writer.Write(Timing.BinSpacingPs);
            writer.Write(Timing.WindowPs);
            writer.Write(Pilots.Period);
            writer.Write(Pilots.Length);
            Write(writer, SourceA);
            Write(writer, SourceB);
            writer.Write(AcceptPsiPlus);
            writer.Write(SlotsPerSession);
            writer.Write(GuardSlots);
            writer.Write(Security.Epsilon);
            writer.Write(Security.EpsilonCorrectness);
            writer.Write(EfficiencyCapMilli);
            writer.Write(QberCapMicro);
            writer.Write(Sessions.Count);
            foreach (SessionId session in Sessions)
            {
                writer.Write(session.ToArray());
            }
        }

        return stream.ToArray();
    }

    /// <summary>SHA-256 of the canonical bytes, for the computational acceptance before the block opens.</summary>
    public byte[] Fingerprint() => SHA256.HashData(Encode());

    /// <summary>Reads canonical bytes; refuses anything that does not encode back to the same bytes or has a fault.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="fault">What is wrong, in one line.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> source, [NotNullWhen(true)] out BlockPlan? plan, [NotNullWhen(false)] out string? fault)
    {
        plan = null;
        byte[] bytes = source.ToArray();
        try
        {
            using BinaryReader reader = new(new MemoryStream(bytes), Encoding.UTF8);
            if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
            {
                fault = "not a block plan";
                return false;
            }

            if (reader.ReadByte() is var version && version != ProtocolVersion)
            {
                fault = $"protocol version {version}: this node speaks version {ProtocolVersion}";
                return false;
            }

            plan = Read(reader);
        }
        catch (Exception e) when (e is IOException or DecoderFallbackException or FormatException or ArgumentException)
        {
            fault = "the block plan is truncated or malformed";
            return false;
        }

        fault = plan.Fault() ?? (plan.Encode().AsSpan().SequenceEqual(bytes) ? null : "the block plan is not canonical");
        if (fault is not null)
        {
            plan = null;
            return false;
        }

        return true;
    }

    /// <summary>What is wrong with the plan, or null.</summary>
    public string? Fault()
    {
        if (!ParticipantName.IsValid(A) || !ParticipantName.IsValid(B) || !ParticipantName.IsReference(A, B))
        {
            return $"pair '{A}', '{B}': {ParticipantName.Rule}, and A is the lower one";
        }

        if (Sessions.Count is < 1 or > SessionsMax || Sessions.Distinct().Count() != Sessions.Count)
        {
            return $"{Sessions.Count} sessions: 1..{SessionsMax} different ones are needed";
        }

        if (SlotsPerSession is < 1 or > SlotsPerSessionMax || GuardSlots < 0 || GuardSlots >= SlotsPerSession)
        {
            return $"slotsPerSession = {SlotsPerSession}, guardSlots = {GuardSlots} is out of range";
        }

        if (EfficiencyCapMilli is < 1000 or > 10_000 || QberCapMicro is < 1 or > 110_000)
        {
            return $"caps on f ({EfficiencyCapMilli}e-3) or QBER ({QberCapMicro}e-6) are out of range";
        }

        return Timing.Fault() ?? Pilots.Fault() ?? SourceA.Fault() ?? SourceB.Fault() ?? Security.Fault();
    }

    private static BlockPlan Read(BinaryReader reader)
    {
        BlockId id = BlockId.Read(reader.ReadBytes(BlockId.Size));
        string a = reader.ReadString();
        string b = reader.ReadString();
        SlotTiming timing = new(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        PilotPattern pilots = new(reader.ReadInt32(), reader.ReadInt32());
        SourceSettings sourceA = ReadSource(reader);
        SourceSettings sourceB = ReadSource(reader);
        bool psiPlus = reader.ReadBoolean();
        long slots = reader.ReadInt64();
        int guard = reader.ReadInt32();
        EpsilonBudget security = new(reader.ReadDouble(), reader.ReadDouble());
        int efficiencyCap = reader.ReadInt32();
        int qberCap = reader.ReadInt32();
        int count = reader.ReadInt32();
        if (count is < 0 or > SessionsMax)
        {
            throw new FormatException("session count");
        }

        SessionId[] sessions = new SessionId[count];
        for (int index = 0; index < count; index++)
        {
            sessions[index] = SessionId.Read(reader.ReadBytes(SessionId.Size));
        }

        return new BlockPlan(
            id, a, b, timing, pilots, sourceA, sourceB, psiPlus, sessions, slots, guard, security, efficiencyCap, qberCap);
    }

    private static void Write(BinaryWriter writer, SourceSettings source)
    {
        Span<byte> bytes = stackalloc byte[24];
        int[] fields = [source.ZMicro, source.VMicro, source.WMicro, source.ZWeight, source.VWeight, source.WWeight];
        for (int index = 0; index < fields.Length; index++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * index)..], fields[index]);
        }

        writer.Write(bytes);
    }

    private static SourceSettings ReadSource(BinaryReader reader) => new(
        reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
}
