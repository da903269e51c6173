import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The order of the test files: project by project, because a worker keeps its loaded sources only while the next file is
 * of the same project.
 */
export class RoomByRoom extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = this.ctx.projects.map(({ name }) => name);
    const place = ({ project }: TestSpecification): number => order.indexOf(project.name);
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
