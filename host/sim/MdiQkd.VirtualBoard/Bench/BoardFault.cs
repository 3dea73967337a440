using System.Globalization;
using MdiQkd.VirtualBoard.Chips;

namespace MdiQkd.VirtualBoard.Bench;

/// <summary>What can be made to go wrong on a virtual board, by name: on the command line at the start, or while it runs.</summary>
public static class BoardFault
{
    /// <summary>All names, with what they do, for help.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["stuck=INPUT"] = "the switch unit of measurement input 1 or 2 stays where it is",
        ["chatter=INPUT"] = "its contacts never come to rest",
        ["wrong-port=MOVES"] = "the next moves of unit 1 end one position too far",
        ["missed-move=MOVES"] = "the next moves of unit 1 do not happen",
        ["jump=POSITION"] = "somebody hits unit 1: it stands at that position now",
        ["coil-supply"] = "the coils have no voltage",
        ["spi-ones"] = "the tagger's data line is stuck high",
        ["spi-zeros"] = "the tagger's data line is stuck low",
        ["no-reference"] = "the tagger's reference clock is missing",
        ["none"] = "everything is repaired",
    };

    /// <summary>Makes a fault.</summary>
    /// <param name="board">The board.</param>
    /// <param name="text">One of <see cref="Names"/> with its number.</param>
    /// <param name="error">What is wrong with the text; empty if nothing is.</param>
    public static bool TryApply(SimulatedBoard board, string text, out string error)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Trim().Split('=', 2);
        int number = 0;
        bool hasNumber = parts.Length == 2
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out number);
        lock (board.Gate)
        {
            bool isKnown = Apply(board, parts[0], hasNumber ? number : parts.Length == 2 ? -1 : 0, hasNumber);
            error = isKnown ? "" : $"'{text}' is no fault of a virtual board: one of {string.Join(", ", Names.Keys)} is needed";
            return isKnown;
        }
    }

    private static bool Apply(SimulatedBoard board, string name, int number, bool hasNumber)
    {
        SwitchMechanics[] units = [.. board.Mechanics];
        SwitchMechanics? unit = hasNumber && number >= 1 && number <= units.Length ? units[number - 1] : null;
        switch (name)
        {
            case "stuck" when unit is not null:
                unit.IsStuck = true;
                return true;
            case "chatter" when unit is not null:
                unit.Chatters = true;
                return true;
            case "wrong-port" when hasNumber:
                units[0].WrongMoves = number;
                return true;
            case "missed-move" when hasNumber:
                units[0].MissedMoves = number;
                return true;
            case "jump" when hasNumber && number <= units[0].Ports:
                units[0].Jump(number);
                return true;
            case "coil-supply" when number == 0 && !hasNumber:
                board.Supply.IsOn = false;
                return true;
            case "spi-ones" or "spi-zeros" when number == 0 && !hasNumber:
                board.FrontEnd.Miso = board.As6500.Miso = name == "spi-ones" ? MisoFault.AllOnes : MisoFault.AllZeros;
                return true;
            case "no-reference" when number == 0 && !hasNumber:
                board.FrontEnd.SetReference(false);
                board.As6500.ReferencePresent.Level = false;
                return true;
            case "none" when number == 0 && !hasNumber:
                Repair(board, units);
                return true;
            default:
                return false;
        }
    }

    private static void Repair(SimulatedBoard board, SwitchMechanics[] units)
    {
        foreach (SwitchMechanics unit in units)
        {
            (unit.IsStuck, unit.Chatters, unit.WrongMoves, unit.MissedMoves) = (false, false, 0, 0);
        }

        board.Supply.IsOn = true;
        board.FrontEnd.Miso = board.As6500.Miso = MisoFault.None;
        board.FrontEnd.SetReference(true);
        board.As6500.ReferencePresent.Level = true;
    }
}
