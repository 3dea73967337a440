using MdiQkd.Firmware.Adapters.HubBoard;
using MdiQkd.Wire;

namespace MdiQkd.VirtualBoard.Bench;

/// <summary>What a virtual board consists of.</summary>
/// <param name="Users">Users on each of the two switch units, 2 to 16.</param>
/// <param name="Tagger">Time tagger.</param>
/// <param name="TravelMs">Time that a switch unit takes from one position to another, 0 to 1000.</param>
/// <param name="FifoBlocks">Blocks that the front end holds, 8 to 1024.</param>
/// <param name="BlockItems">Items that a block of the front end holds at most, 16 to 4096.</param>
public sealed record VirtualBoardSettings(
    int Users = 4, TaggerKind Tagger = TaggerKind.FrontEnd, int TravelMs = 6, int FifoBlocks = 64, int BlockItems = 1024)
{
    /// <summary>Users at most: pins of the simulated computer.</summary>
    public const int UsersMax = 16;

    /// <summary>What is wrong, with key, value and allowed range, or null.</summary>
    public string? Fault() =>
        Users is < 2 or > UsersMax ? $"users = {Users} is outside 2..{UsersMax}"
        : TravelMs is < 0 or > 1000 ? $"travelMs = {TravelMs} is outside 0..1000"
        : FifoBlocks is < 8 or > 1024 ? $"fifoBlocks = {FifoBlocks} is outside 8..1024"
        : BlockItems is < 16 or > TagBlock.ItemsMax ? $"blockItems = {BlockItems} is outside 16..{TagBlock.ItemsMax}"
        : null;
}
