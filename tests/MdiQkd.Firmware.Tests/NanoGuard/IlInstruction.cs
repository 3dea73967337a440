using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>One instruction of a method body.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="OpCode">What it does.</param>
/// <param name="Operand">Operand as a number: token, branch target, value; 0 if there is none.</param>
/// <param name="Targets">Branch targets.</param>
internal readonly record struct IlInstruction(int Offset, OpCode OpCode, long Operand, ImmutableArray<int> Targets)
{
    private static readonly Dictionary<short, OpCode> OpCodes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Reads a whole body.</summary>
    internal static List<IlInstruction> Read(BlobReader il)
    {
        List<IlInstruction> instructions = [];
        while (il.RemainingBytes > 0)
        {
            int offset = il.Offset;
            int first = il.ReadByte();
            OpCode code = OpCodes[(short)(first == 0xFE ? 0xFE00 | il.ReadByte() : first)];
            ImmutableArray<int> targets = [];
            long operand = 0;
            switch (code.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget:
                    operand = il.ReadSByte();
                    targets = [il.Offset + (int)operand];
                    break;
                case OperandType.InlineBrTarget:
                    operand = il.ReadInt32();
                    targets = [il.Offset + (int)operand];
                    break;
                case OperandType.InlineSwitch:
                    int[] relative = [.. Enumerable.Range(0, il.ReadInt32()).Select(_ => 0)];
                    for (int i = 0; i < relative.Length; i++)
                    {
                        relative[i] = il.ReadInt32();
                    }

                    int end = il.Offset;
                    targets = [.. relative.Select(r => end + r)];
                    break;
                case OperandType.ShortInlineI:
                    operand = code.Name == "ldc.i4.s" ? il.ReadSByte() : il.ReadByte();
                    break;
                case OperandType.ShortInlineVar:
                    operand = il.ReadByte();
                    break;
                case OperandType.InlineVar:
                    operand = il.ReadUInt16();
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    operand = il.ReadInt64();
                    break;
                default:
                    operand = il.ReadInt32();
                    break;
            }

            instructions.Add(new IlInstruction(offset, code, operand, targets));
        }

        return instructions;
    }
}
