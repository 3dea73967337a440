using System.Reflection.Metadata;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>
/// What the device's code costs, read from the compiled code: where it allocates, and which loops stand in the path of a tag block.
/// </summary>
public sealed class BlockPathTests : IDisposable
{
    // firmware/README.md reckons with this number and with the bounds below.
    private const int InstructionsPerByte = 21;

    private const string Tagger = "MdiQkd.Firmware.TimeTagging.As6500Tagger.";

    // Everything that a block of a front end passes through, from the pin that says it is there to the link.
    private static readonly string[] Entries =
    [
        "MdiQkd.Firmware.TimeTagging.FrontEndTagger.TryFill", "MdiQkd.Firmware.TimeTagging.TagCapture.Poll",
        "MdiQkd.Firmware.TimeTagging.TagCapture.TryTake", "MdiQkd.Firmware.TimeTagging.TagCapture.Sent",
        "MdiQkd.Firmware.Link.HubDevice.TrySendBlock", "MdiQkd.Firmware.Link.DeviceLink.Flush",
    ];

    // Loops on that path: the checksum, over prefix, command and header only; pieces that the link takes; a table of faults.
    private static readonly string[] Loops =
    [
        "MdiQkd.Wire.Crc32C.Update", "MdiQkd.Firmware.Link.DeviceLink.Flush", "MdiQkd.Firmware.Faults.FaultLog.IndexOf",
    ];

    // Beginnings of the names of what runs once, before the main loop.
    private static readonly string[] Constructing =
    [
        "MdiQkd.Wire.Crc32C.MakeTable", "MdiQkd.Firmware.Adapters.GpioOutput.OpenAll", "MdiQkd.Firmware.Adapters.GpioInput.OpenAll",
        "MdiQkd.Firmware.Adapters.HubBoard.HubBoardBuilder.", "MdiQkd.Firmware.Adapters.NanoBoard",
        .. DeviceBuild.Boards.Select(folder => $"MdiQkd.Firmware.Boards.{Path.GetFileName(folder)}.PinMap.Plan"),
    ];

    private readonly IlModule module;
    private readonly Dictionary<string, List<IlInstruction>> methods = [];

    public BlockPathTests()
    {
        module = new IlModule(DeviceBuild.Image);
        foreach ((MethodDefinitionHandle handle, _, MethodBodyBlock body) in module.Bodies)
        {
            // Overloads share a name and are looked at together.
            string name = module.MethodName(handle);
            methods[name] = [.. methods.GetValueOrDefault(name, []), .. IlInstruction.Read(body.GetILReader())];
        }
    }

    public void Dispose() => module.Dispose();

    [Fact]
    public void Nothing_is_allocated_outside_of_construction()
    {
        // An exception that is thrown is a programming error or a dead bus, not the normal course.
        string[] found =
        [
            .. methods.Where(method => !method.Key.EndsWith("ctor", StringComparison.Ordinal)
                    && !Constructing.Any(name => method.Key.StartsWith(name, StringComparison.Ordinal)))
                .Where(method => Allocates(method.Value)).Select(method => method.Key),
        ];

        Assert.Empty(found);
    }

    [Fact]
    public void A_block_of_a_front_end_passes_no_loop_but_the_checksum_of_its_headers()
    {
        HashSet<string> reached = Reach(Entries);
        Assert.Contains("MdiQkd.Wire.Frame.Seal", reached);
        Assert.Contains("MdiQkd.Firmware.TimeTagging.FrontEndDevice.TryReadBlock", reached);

        Assert.Equal(Loops.Order(), reached.Where(name => HasLoop(methods[name])).Order());
    }

    [Fact]
    public void A_block_of_a_front_end_passes_fewer_than_two_thousand_instructions() =>
        Assert.InRange(Straight(Entries) + (36 * InstructionsPerByte), 1000, 1900);

    [Fact]
    public void A_tag_that_is_read_alone_passes_fewer_than_two_thousand_instructions()
    {
        // Three more turns for the channels without a result, five bytes of checksum.
        int loops = (3 * LoopInstructions(Tagger + "Accept")) + (5 * InstructionsPerByte);

        Assert.InRange(Straight([Tagger + "ReadResults", Tagger + "Release"]) + loops, 700, 1500);
    }

    [Fact]
    public void The_tagger_that_reads_tag_by_tag_shows_that_the_check_can_fail() =>
        Assert.Contains(
            "MdiQkd.Wire.TagBlockWriter.Append",
            Reach(["MdiQkd.Firmware.TimeTagging.As6500Tagger.TryFill"]).Where(name => HasLoop(methods[name])));

    [Fact]
    public void A_byte_costs_the_checksum_a_known_number_of_instructions()
    {
        Assert.Equal(InstructionsPerByte, LoopInstructions("MdiQkd.Wire.Crc32C.Update"));
    }

    /// <summary>Instructions of a method's last loop, from its first one to the branch back.</summary>
    private int LoopInstructions(string name)
    {
        List<IlInstruction> il = methods[name];
        IlInstruction back = il.Last(i => i.Targets.Any(target => target < i.Offset));
        return il.Count(i => i.Offset >= back.Targets[0] && i.Offset <= back.Offset);
    }

    /// <summary>Every instruction that can be reached, once: more than any run without loops takes.</summary>
    private int Straight(string[] entries) => Reach(entries).Sum(name => methods[name].Count);

    private static bool HasLoop(List<IlInstruction> il) => il.Any(i => i.Targets.Any(target => target <= i.Offset));

    private bool Allocates(List<IlInstruction> il)
    {
        for (int i = 0; i < il.Count; i++)
        {
            string code = il[i].OpCode.Name!;
            bool isThrown = il.Skip(i + 1).FirstOrDefault().OpCode.Name == "throw";
            bool isOfCall = code is "call" or "callvirt"
                && module.MethodName(IlModule.Token(il[i].Operand)) is "System.String.Concat" or "System.String.Format";
            if (code is "newarr" or "box" || (code == "newobj" && !isThrown) || isOfCall)
            {
                return true;
            }
        }

        return false;
    }

    private HashSet<string> Reach(string[] entries)
    {
        HashSet<string> reached = [];
        Queue<string> open = new(entries);
        while (open.TryDequeue(out string? name))
        {
            if (!methods.TryGetValue(name, out List<IlInstruction>? il) || !reached.Add(name))
            {
                continue;
            }

            foreach (IlInstruction call in il.Where(i => i.OpCode.Name is "call" or "callvirt" or "newobj"))
            {
                open.Enqueue(module.MethodName(IlModule.Token(call.Operand)));
            }
        }

        return reached;
    }
}
