// What the types of embeddings promise, checked by the compiler alone.
import { embed, embedImages, listModels, modelInfo } from '../../src/embeddings/index.ts'
import type { EmbeddingResult, EmbeddingUsage, EmbedRequest, ListedModel, ModelInfo } from '../../src/embeddings/index.ts'
import type { AnswerInfo, Connection } from '../../src/index.ts'

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>(): void => {}

holds<Equals<EmbeddingResult['embeddings'], Float32Array[]>>()
holds<Equals<EmbeddingResult['responses'], AnswerInfo[]>>()
holds<Equals<EmbeddingResult['usage'], EmbeddingUsage | undefined>>()
holds<Equals<EmbeddingResult['model'], string | undefined>>()
holds<Equals<Awaited<ReturnType<typeof embed>>, EmbeddingResult>>()
holds<Equals<Awaited<ReturnType<typeof embedImages>>, EmbeddingResult>>()
holds<Equals<Awaited<ReturnType<typeof modelInfo>>, ModelInfo>>()
holds<Equals<Awaited<ReturnType<typeof listModels>>, ListedModel[]>>()
holds<Equals<ListedModel['id'], string>>()
holds<Equals<ModelInfo['model_provider_name'], string | undefined>>()

const parameters = { input: ['a'], encoding_format: 'base64', more: true } as const satisfies EmbedRequest

export async function asks(connection: Connection, blob: Blob, signal: AbortSignal): Promise<void> {
  await embed(connection, parameters)
  const frozen: readonly string[] = ['a']
  await embed(connection, { input: frozen }, { maxInputs: 96, maxTokens: 1000, countTokens: (text) => text.length / 4, signal, headers: {} })
  // @ts-expect-error -- tokens are no text
  await embed(connection, { input: [[1, 2]] })
  // @ts-expect-error -- there is nothing to embed
  await embed(connection, { model: 'm' })
  // @ts-expect-error -- a limit is a number
  await embed(connection, parameters, { maxInputs: '96' })
  await embedImages(connection, { input: [{ image: blob }, { image: 'data:image/png;base64,aaaa', text: 'x' }] })
  // @ts-expect-error -- an image has to be in an object
  await embedImages(connection, { input: [blob] })
  await modelInfo(connection, { model: 'm', signal })
  // @ts-expect-error -- a resource lists all its models
  await listModels(connection, { model: 'm' })
}
